"""Whatever happens to a repository between two scans, the report with a cache is that without one, byte for byte."""

import hashlib
import os
import random
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from leakscan.gitstore import containers
from leakscan.reporters import RenderOptions, render
from leakscan.rules import RuleSet, load_rules
from leakscan.rules.fake import fake
from leakscan.scanning import Scan, ScanOptions
from tests.conftest import Repo

RULES = load_rules()
FILES = ("bot.env", "src/config.py", "src/deep/x.json", "notes.txt")
NAMES = (  # what is a value by its own name, by a folder's, and nowhere
    f"binance_secret_{fake('alnum:64', 7)}.txt",
    f"stuff/{fake('alnum:48', 7)}.pem",
    f"api_{fake('alnum:64', 8)}/deep/x",
    "0123456789abcdef0123456789abcdef01234567",
)
PLACES = ("notes/x", "notes/y", "binance_api_secret", "stuff/binance_api_secret")
USED = "cache: only what is new was read"


def report(path: Path, cache: Path | None, rules: RuleSet = RULES) -> tuple[str, list[str]]:
    scan = Scan(rules, ScanOptions(cache=cache), now=1_800_000_000)
    result = scan.run([str(path)])
    notes = [text for _, text in scan.recall.notes] if scan.recall else []
    return render("json", result, RenderOptions(color=False, width=80)), notes


class Life:
    """What people do with repositories, at random."""

    def __init__(self, folder: Path, rng: random.Random, form: str, clone: str = "") -> None:
        self.rng = rng
        self.lost: dict[Path, bytes] = {}
        self.far = Repo(folder / "far", object_format=form)
        for _ in range(5):
            self.commit(self.far)
        if clone:
            self.far.run("config", "uploadpack.allowFilter", "true")
            self.far.run("config", "uploadpack.allowAnySHA1InWant", "true")
            url = f"{'' if clone == '--shared' else 'file://'}{self.far.path}"
            self.far.run("clone", "-q", clone, url, str(folder / "near"))
        self.near = Repo(folder / "near", object_format=form)
        if not clone:
            self.near.run("remote", "add", "origin", str(self.far.path))
        self.commit(self.near)

    def commit(self, repo: Repo) -> None:
        name, rng = self.rng.choice(FILES), self.rng
        repo.now = f"{1700000000 + rng.randrange(10_000)} +0100"
        value = fake("alnum:64", rng.randrange(5))
        name = self.rng.choice(NAMES) if self.rng.random() < 0.15 else name
        text = "".join(f"line {rng.randrange(50)}\n" for _ in range(rng.randrange(40)))
        leak = rng.choice((f"BINANCE_API_SECRET={value}\n", f"BINANCE_API_KEY={value}\n", "", "", ""))
        repo.write(name, text + leak + text[:100])
        message = f"change\n\nBINANCE_API_SECRET={fake('alnum:64', 9)}" if rng.random() < 0.1 else "change"
        repo.run("add", "-A")
        repo.run("commit", "--allow-empty", "-q", "-m", message)

    def some_commit(self) -> str:
        return self.rng.choice(self.near.run("rev-list", "--all").split())

    def step(self) -> str:
        """Does one thing; its name."""
        names = [name for name in dir(self) if name.startswith("do_")]
        name = self.rng.choice(names)
        for way in (getattr(self, name), lambda: self.near.run("reset", "-q", "--hard")):
            try:
                way()
            except subprocess.CalledProcessError:  # nothing to merge, nothing to stash, an object is lost …
                continue
            break
        return name

    def do_commit(self) -> None:
        self.commit(self.near)

    def do_commits(self) -> None:
        for _ in range(4):
            self.commit(self.near)

    def do_remove(self) -> None:
        files = self.near.run("ls-files").split("\n")
        self.near.run("rm", "-q", "-r", self.rng.choice(files).split("/")[0])
        self.near.run("commit", "-q", "-m", "remove")

    def do_move(self) -> None:
        self.near.run(
            "mv", self.rng.choice(("stuff", "src", "bitmex")), self.rng.choice(("bitmex", "src/in"))
        )
        self.near.run("commit", "-q", "-m", "move")

    def do_nothing(self) -> None:
        """Also a way of life."""

    def do_whole(self) -> None:
        """A file that is one value: by its name it is a credential or nothing."""
        value = fake("alnum:64", self.rng.randrange(5, 8))
        self.near.write(self.rng.choice(PLACES), f"{value}\n" * self.rng.choice((1, 1, 2)))
        self.near.run("add", "-A")
        self.near.run("commit", "-q", "-m", "whole")

    def do_rename(self) -> None:
        self.near.run("mv", "-f", self.rng.choice(PLACES), self.rng.choice(PLACES))
        self.near.run("commit", "-q", "-m", "rename")

    def do_branch(self) -> None:
        self.near.run("checkout", "-q", "-f", "-B", f"b{self.rng.randrange(3)}", self.some_commit())

    def do_delete_branch(self) -> None:
        self.near.run("branch", "-D", f"b{self.rng.randrange(3)}")

    def do_move_back(self) -> None:
        self.near.run("reset", "-q", "--hard", self.some_commit())

    def do_merge(self) -> None:
        self.near.run(
            "merge", "-q", "--no-edit", "-X", "ours", "--allow-unrelated-histories", self.some_commit()
        )

    def do_stash(self) -> None:
        self.near.write(
            self.rng.choice(FILES), f"BINANCE_API_SECRET={fake('alnum:64', self.rng.randrange(5))}\n"
        )
        self.near.run("stash", "-q")

    def do_forget_logs(self) -> None:
        self.near.run("reflog", "expire", "--expire=now", "--all")

    def do_stage(self) -> None:
        self.near.write("staged.env", f"BINANCE_API_SECRET={fake('alnum:64', self.rng.randrange(5))}\n")
        self.near.run("add", "staged.env")
        if self.rng.random() < 0.5:
            self.near.run("write-tree")

    def do_unstage(self) -> None:
        self.near.run("rm", "-q", "--cached", "staged.env")

    def do_fetch(self) -> None:
        for _ in range(self.rng.randrange(1, 4)):
            self.commit(self.far)
        if self.rng.random() < 0.3:
            self.far.run("commit", "-q", "--amend", "-m", "another")
        limit = self.rng.choice(("1", "100"))
        self.near.run("-c", f"fetch.unpackLimit={limit}", "fetch", "-q", "origin")

    def do_repack(self) -> None:
        self.near.run("repack", "-dq")

    def do_repack_all(self) -> None:
        self.near.run("repack", "-adfq", "--window=20")

    def do_gc(self) -> None:
        self.near.run("gc", "-q", "--prune=now")

    def do_tag(self) -> None:
        secret = fake("alnum:64", self.rng.randrange(5)) if self.rng.random() < 0.3 else ""
        self.near.run("tag", "-f", "-a", f"t{self.rng.randrange(3)}", "-m", f"BINANCE_API_SECRET={secret}",
                      self.some_commit())  # fmt: skip

    def do_note(self) -> None:
        self.near.run("notes", "add", "-f", "-m", f"note {self.rng.random()}", self.some_commit())

    def do_detach(self) -> None:
        self.near.run("checkout", "-q", "-f", "--detach", self.some_commit())

    def do_lose_object(self) -> None:
        loose = sorted((self.near.path / ".git/objects").glob("??/*"))
        if loose and self.rng.random() < 0.3:
            file = self.rng.choice(loose)
            self.lost[file] = file.read_bytes()
            file.unlink()

    def do_find_objects(self) -> None:
        for file, content in self.lost.items():
            file.parent.mkdir(exist_ok=True)
            if not file.exists():
                file.write_bytes(content)
        self.lost.clear()

    def do_dangle(self) -> None:
        text = f"BINANCE_API_SECRET={fake('alnum:64', self.rng.randrange(5))}\n"
        oid = self.near.run("hash-object", "-w", "--stdin", stdin=text.encode())
        if self.rng.random() < 0.7:
            name = self.rng.choice(("lost.env", NAMES[0]))
            tree = self.near.run("mktree", stdin=f"100644 blob {oid}\t{name}\n".encode())
            if self.rng.random() < 0.5:
                tree = self.near.run("mktree", stdin=f"040000 tree {tree}\tdeep\n".encode())
            if self.rng.random() < 0.3:
                self.near.run("commit-tree", tree, "-m", "dangling")


@example(
    5790, "sha1", "--shared"
)  # found in a commit that was there before, and nothing had been found in it
@example(5790, "sha1", "")
@settings(max_examples=int(os.environ.get("LIVES", "15")), suppress_health_check=[HealthCheck.too_slow])
@given(
    st.integers(0, 1 << 30),
    st.sampled_from(["sha1", "sha1", "sha256"]),
    st.sampled_from(["", "", "--shared", "--filter=blob:none", "--depth=2"]),
)
def test_a_remembered_history_changes_no_report(seed: int, form: str, clone: str) -> None:
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(containers, "_SETTLED_NS", 0)  # between two scans a git process ran
        life = Life(Path(folder), rng, form, clone)
        cache = Path(folder) / "cache"
        for _ in range(8):
            done = [life.step() for _ in range(rng.randrange(1, 4))]
            fresh, _ = report(life.near.path, None)
            first, notes = report(life.near.path, cache)
            assert first == fresh, (done, notes)
            again, notes = report(life.near.path, cache)
            assert again == fresh, (done, notes)
            if '"complete": true' in fresh:
                assert USED in notes, done
        life.near.git.close()
        life.far.git.close()


WRONGS = {
    "flip": "it is damaged",
    "cut": "it is damaged",
    "open": "open to other users",
    "link": "no regular file",
    "open folder": "open to other users",
    "another's": "another repository",
    "other rules": "other rules",
}


def do_wrong(cache: Path, wrong: str, rng: random.Random, other: Path) -> None:
    """What may happen to the one file in a cache."""
    (file,) = cache.iterdir()
    data = bytearray(file.read_bytes())
    match wrong:
        case "flip":
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
            file.write_bytes(data)
        case "cut":
            file.write_bytes(data[: rng.randrange(len(data))])
        case "open":
            file.chmod(0o640)
        case "link":
            file.rename(cache.parent / "elsewhere")
            file.symlink_to(cache.parent / "elsewhere")
        case "open folder":
            cache.chmod(0o770)
        case "another's":
            report(other, cache)
            (stranger,) = set(cache.iterdir()) - {file}
            stranger.replace(file)


def other_rules(folder: Path) -> RuleSet:
    """To which one of the values is the example of a document."""
    digest = hashlib.sha256(fake("alnum:64", 0).encode()).hexdigest()
    file = folder / "more" / "published.toml"
    file.parent.mkdir()
    file.write_text(f'[[published]]\nexchange = "x"\nsource = "y"\nsha256 = ["{digest}"]\n')
    return load_rules([file])


@pytest.mark.parametrize("wrong", WRONGS)
@settings(max_examples=4, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 1 << 30))
def test_a_cache_that_is_not_ours_alone_is_not_used(wrong: str, seed: int) -> None:
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(containers, "_SETTLED_NS", 0)
        life = Life(Path(folder), rng, "sha1")
        cache = Path(folder) / "cache"
        report(life.near.path, cache)
        do_wrong(cache, wrong, rng, life.far.path)
        rules = other_rules(Path(folder)) if wrong == "other rules" else RULES
        fresh, _ = report(life.near.path, None, rules)
        with_cache, notes = report(life.near.path, cache, rules)
        assert with_cache == fresh
        assert USED not in notes
        assert any(WRONGS[wrong] in note for note in notes)
        life.near.git.close()
        life.far.git.close()
