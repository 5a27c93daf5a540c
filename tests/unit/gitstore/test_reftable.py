from __future__ import annotations

import os
import random
import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from gitrepo import Repo

from leakscan.gitstore.faults import Faults
from leakscan.gitstore.layout import find_layout
from leakscan.gitstore.refs import read_head, read_refs
from leakscan.gitstore.reftable import Stack
from tools.tables import Logged, move_refs, write_table

if TYPE_CHECKING:
    from pathlib import Path

NOUGHT = "0" * 40


def oid(number: int, width: int = 40) -> bytes:
    return f"{number:0{width}x}".encode()


def stack(folder: Path, tables: dict[str, bytes], width: int = 40) -> tuple[Stack, Faults]:
    folder.mkdir(exist_ok=True)
    for name, data in tables.items():
        (folder / name).write_bytes(data)
    (folder / "tables.list").write_text("".join(f"{name}\n" for name in tables))
    faults = Faults()
    return Stack(folder, width, faults), faults


def reasons(faults: Faults) -> list[str]:
    return [failure.reason for failure in faults.failures]


MANY = {b"refs/heads/topic/%d" % n: oid(n) for n in range(1, 3000)} | {b"HEAD": b"ref: refs/heads/topic/7"}


@pytest.mark.parametrize("padded", [True, False])
@pytest.mark.parametrize("block_size", [512, 4096, 1 << 20])
def test_refs_of_many_blocks(tmp_path: Path, block_size: int, *, padded: bool) -> None:
    found, faults = stack(tmp_path, {"a.ref": write_table(MANY, block_size=block_size, padded=padded)})
    assert found.refs == MANY
    assert faults.failures == []


def test_the_newest_table_counts_and_older_names_are_known(tmp_path: Path) -> None:
    tables = {
        "a.ref": write_table({b"refs/heads/a": oid(1), b"refs/heads/gone": oid(2), b"refs/tags/v": oid(8)}),
        "b.ref": write_table(
            {b"refs/heads/a": oid(3), b"refs/heads/gone": None, b"refs/tags/v": oid(8) + b" " + oid(9)}
        ),
        "c.log": write_table({}, [Logged(b"refs/heads/a", 3, NOUGHT, oid(3).decode(), b"x")]),
    }
    found, faults = stack(tmp_path, tables)
    assert found.refs == {b"refs/heads/a": oid(3), b"refs/tags/v": oid(8)}
    assert found.names == {b"refs/heads/a", b"refs/heads/gone", b"refs/tags/v"}
    assert faults.failures == []


def test_wide_ids(tmp_path: Path) -> None:
    table = write_table({b"refs/heads/a": oid(1, 64)}, wide=True)
    assert stack(tmp_path, {"a.ref": table}, 64)[0].refs == {b"refs/heads/a": oid(1, 64)}
    found, faults = stack(tmp_path, {"a.ref": table})
    assert found.refs == {}
    assert "not those of the repository" in reasons(faults)[0]


def test_reflogs_read_as_files_have_them(tmp_path: Path) -> None:
    logs = [
        Logged(b"refs/heads/%d" % n, n, oid(n).decode(), oid(n + 1).decode(), b"step %d\n" % n)
        for n in range(900)
    ]
    taken = Logged(b"refs/stash", 1000, "", "", b"")
    found, faults = stack(
        tmp_path, {"a.ref": write_table({b"refs/heads/1": oid(1)}, [*logs, taken], block_size=512)}
    )
    entries = {entry.ref: entry for _, block in found.iter_logs() for entry in block}
    assert len(entries) == 900
    assert entries[b"refs/heads/7"].ids == (oid(7).decode(), oid(8).decode())
    assert entries[b"refs/heads/7"].line == (
        oid(7) + b" " + oid(8) + b" Alice <alice@example.com> 1700000000 -0130\tstep 7"
    )
    assert faults.failures == []


def test_damage_is_told(tmp_path: Path) -> None:
    """Ends that are cut off, and header and footer to the bit; what is between has no checksum, and is borne."""
    logs = [Logged(b"refs/heads/topic/1", 1, NOUGHT, oid(1).decode(), b"x")]
    table = write_table({b"refs/heads/topic/%d" % n: oid(n) for n in range(1, 40)}, logs, block_size=512)
    for end in range(len(table)):
        assert reasons(stack(tmp_path, {"a.ref": table[:end]})[1]), end
    rng = random.Random(1)
    for place in range(len(table)):
        spoilt = bytearray(table)
        spoilt[place] ^= 1 << rng.randrange(8)
        found, faults = stack(tmp_path, {"a.ref": bytes(spoilt)})
        list(found.iter_logs())
        assert 24 <= place < len(table) - 68 or reasons(faults), place


@pytest.mark.parametrize(
    ("listed", "reason"),
    [
        ("a.ref\n../../config\n", "can be no table"),
        ("a.ref\nb.ref\n", "is missing"),
        ("a.ref\n" * 2 + "x" * (1 << 20), "longer than"),
    ],
)
def test_a_list_that_is_wrong_is_told(tmp_path: Path, listed: str, reason: str) -> None:
    stack(tmp_path, {"a.ref": write_table({b"refs/heads/a": oid(1)})})
    (tmp_path / "tables.list").write_text(listed)
    faults = Faults()
    Stack(tmp_path, 40, faults)
    assert reason in reasons(faults)[0]


def test_tables_put_together_while_they_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list names one that is gone; a moment later it names another."""
    stack(tmp_path, {"new.ref": write_table({b"refs/heads/a": oid(1)})})
    lists = iter([["old.ref"], ["new.ref"], ["new.ref"]])
    monkeypatch.setattr(Stack, "_listed", lambda _: next(lists))
    faults = Faults()
    assert Stack(tmp_path, 40, faults).refs == {b"refs/heads/a": oid(1)}
    assert faults.failures == []


def test_names_that_share_their_beginnings_take_no_memory_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leakscan.gitstore.reftable._MAX_BYTES", 1 << 19)
    refs = {b"refs/heads/" + b"x" * 3000 + b"%05d" % n: oid(n) for n in range(1000)}
    table = write_table(refs, block_size=1 << 20)
    assert len(table) < 1 << 18
    found, faults = stack(tmp_path, {"a.ref": table})
    assert 0 < len(found.refs) < 1000
    assert "not all were read" in reasons(faults)[0]


def test_so_many_refs_are_read_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leakscan.gitstore.reftable._MAX_REFS", 39)
    refs = {b"refs/heads/%d" % n: oid(n) for n in range(1, 40)}
    assert stack(tmp_path, {"a.ref": write_table(refs)})[1].failures == []
    found, faults = stack(tmp_path, {"a.ref": write_table(refs | {b"refs/heads/x": oid(40)})})
    assert len(found.refs) == 39
    assert "not all were read" in reasons(faults)[0]


def test_reflogs_that_inflate_without_end_are_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leakscan.gitstore.reftable._MAX_LOG_BYTES", 1 << 20)
    logs = [Logged(b"refs/heads/a", n, NOUGHT, oid(1).decode(), b"x" * 6000) for n in range(1000)]
    found, faults = stack(tmp_path, {"a.ref": write_table({}, logs)})
    assert 0 < sum(len(block) for _, block in found.iter_logs()) < 300
    assert "not all were read" in reasons(faults)[0]


def test_tables_tell_what_files_told(repo: Repo) -> None:
    repo.commit({"f": "one\n"})
    repo.git("tag", "-a", "v1", "-m", "one")
    repo.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/heads/main")
    repo.commit({"f": "two\n"})
    layout = find_layout(repo.path)
    assert layout is not None
    before, head = read_refs(layout, Faults()), read_head(layout, Faults())
    move_refs(repo.git_dir)
    faults = Faults()
    after, head_after = read_refs(layout, faults), read_head(layout, faults)
    assert faults.failures == []
    assert (after.refs, after.head, after.head_ref) == (before.refs, before.head, before.head_ref)
    assert (head_after.head, head_after.head_ref) == (head.head, head.head_ref)


def _git_of_tables() -> str | None:
    found = re.search(
        r"(\d+)\.(\d+)", subprocess.run(["git", "version"], capture_output=True, text=True, check=True).stdout
    )
    assert found
    return None if (int(found[1]), int(found[2])) >= (2, 45) else "this git knows no tables (2.45 does)"


@pytest.mark.skipif(bool(_git_of_tables()), reason=_git_of_tables() or "")
@pytest.mark.parametrize("form", ["sha1", "sha256"])
def test_what_git_wrote(tmp_path: Path, form: str) -> None:
    env = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@b",
    }
    env |= {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@b"}
    main, tree = tmp_path / "main", tmp_path / "tree"

    def run(*args: str, at: Path = main, stdin: str = "") -> str:
        done = subprocess.run(
            ["git", "-C", str(at), *args], input=stdin, capture_output=True, text=True, check=True, env=env
        )
        return done.stdout.strip()

    main.mkdir()
    run("init", "-q", "-b", "main", "--ref-format=reftable", f"--object-format={form}")
    for text in ("one", "two"):
        (main / "f").write_text(text)
        run("add", "f")
        run("commit", "-q", "-m", text)
    run("update-ref", "--stdin", stdin="".join(f"create refs/pull/{n}/head HEAD\n" for n in range(2000)))
    run("tag", "-a", "v1", "-m", "one")
    run("branch", "gone")
    run("branch", "-D", "gone")
    run("worktree", "add", "-q", str(tree), "-b", "other", "HEAD~1")
    run("reflog", "expire", "--expire=now", "refs/heads/other")  # a table of nothing but reflogs
    for at in (main, tree):
        layout, faults = find_layout(at), Faults()
        assert layout is not None
        found, head = read_refs(layout, faults), read_head(layout, faults)
        told = run("for-each-ref", "--format=%(refname) %(objectname)", at=at).splitlines()
        assert [f"{ref.name.decode()} {ref.oid}" for ref in found.refs] == sorted(told)
        assert head.head == found.head == run("rev-parse", "HEAD", at=at)
        assert (head.head_ref or b"").decode() == run("symbolic-ref", "HEAD", at=at)
        assert run("rev-parse", "main") in found.logged
        assert faults.failures == []
