"""`leakscan purge`: the plan is followed to the letter, with the real git filter-repo."""

from __future__ import annotations

import base64
import json
import os
import re
import stat
import subprocess
from pathlib import Path

import pytest

from leakscan.rules.fake import fill
from tests.conftest import zipped


def commands(plan: str) -> list[str]:
    """The plan's commands, but those that install git filter-repo and delete what is left."""
    found = re.findall(r"^     (\S.*)$", plan, re.MULTILINE)
    return [line for line in found if line.split()[0] in ("git", "cp", "leakscan")]


def follow(plan: str, folder: Path) -> None:
    """Each command as it stands there; one that fails fails the test."""
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_TERMINAL_PROMPT": "0"}
    for command in commands(plan):
        done = subprocess.run(
            ["bash", "-euc", command],
            cwd=folder,
            capture_output=True,
            check=False,
            env=environment,
            timeout=120,
        )
        assert done.returncode == 0, (command, done.stdout.decode(), done.stderr.decode())


@pytest.fixture(autouse=True)
def _commands_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("COLUMNS", "200")


def every_byte(folder: Path) -> bytes:
    """All objects of a repository, reachable or not."""
    return subprocess.run(
        ["git", "-C", folder, "cat-file", "--batch-all-objects", "--batch"], capture_output=True, check=True
    ).stdout


def is_gone(values: list[str], repository: Path) -> bool:
    held = every_byte(repository)
    return not any(value.encode() in held for value in values)


def fill_history(repo, make_pair) -> list[str]:
    """Values written in many ways, in versions that come and go; what stays in HEAD holds none."""
    pairs = [make_pair(seed) for seed in range(6)]
    key = fill("{ed25519}", 7)
    encoded = base64.b64encode(pairs[2].secret.encode()).decode()
    split = f'BINANCE_API_SECRET = ("{pairs[3].secret[:32]}"\n    "{pairs[3].secret[32:]}")\n'
    repo.commit(readme_md="A bot.\n", bot_py="print('trade')\n")
    repo.commit(a_env=pairs[0].env, bot_py=f"print('trade')\n# {pairs[0].env}")
    repo.commit(a_env=pairs[0].env + "MORE=1\n", keys_py=f'# binance\nKEY = """{key}"""\n')
    repo.commit(secret_yaml=f"kind: Secret\ndata:\n  BINANCE_API_SECRET: {encoded}\n")
    repo.commit(split_py=f'BINANCE_API_KEY = "{pairs[3].key}"\n{split}')
    repo.commit(wide_txt=pairs[4].env.encode("utf-16"), packed_zip=zipped({"config.env": pairs[5].env}))
    repo.commit(f"deploy with BINANCE_API_SECRET={pairs[1].secret}", notes_md="deployed\n")
    repo.run("tag", "-a", "v1", "-m", f"BINANCE_API_KEY={pairs[1].key}")
    repo.run("rm", "-q", "a.env", "keys.py", "secret.yaml", "split.py", "wide.txt", "packed.zip")
    repo.commit(bot_py="print('trade')\n")
    body = key.splitlines()[1]
    return [body, encoded, *(text for pair in pairs for text in (pair.key, pair.secret))]


def test_a_published_history_is_rewritten_and_checked(leakscan, repo, make_pair, tmp_path) -> None:
    values = fill_history(repo, make_pair)
    origin = tmp_path / "origin.git"
    repo.run("clone", "-q", "--mirror", str(repo.path), str(origin))
    repo.run("remote", "add", "origin", str(origin))
    run = leakscan("purge", repo.path, "--write-replacements", tmp_path / "away.txt")
    assert run.exit_code == 1, run.stderr
    assert not is_gone(values, origin)
    follow(run.stdout, tmp_path)
    assert is_gone(values, tmp_path / "purge.git")
    # what nothing leads to any more is the host's to prune
    subprocess.run(["git", "-C", origin, "gc", "-q", "--prune=now"], check=True)
    assert is_gone(values, origin)
    assert leakscan("scan", "--no-cache", origin).exit_code == 0
    log = subprocess.run(["git", "-C", origin, "log", "--format=%s"], capture_output=True, check=True).stdout
    assert b"deploy with BINANCE_API_SECRET=***REMOVED***" in log
    show = subprocess.run(["git", "-C", origin, "show", "main:bot.py"], capture_output=True, check=True)
    assert show.stdout == b"print('trade')\n"


def test_a_local_history_is_rewritten_in_place_with_its_stash(leakscan, repo, make_pair, tmp_path) -> None:
    values = fill_history(repo, make_pair)
    stashed, dangling = make_pair(20), make_pair(21)
    repo.write("bot.py", stashed.env)
    repo.run("stash", "-q")
    repo.commit(lost_env=dangling.env)
    repo.run("reset", "-q", "--hard", "HEAD~1")
    values += [stashed.key, stashed.secret, dangling.key, dangling.secret]
    plan = leakscan("purge", repo.path, "--write-replacements", tmp_path / "away.txt").stdout
    follow(plan, tmp_path)
    assert is_gone(values, repo.path)
    assert not is_gone(values, tmp_path / "repo.before-purge")
    assert leakscan("purge", repo.path).exit_code == 0
    assert "rm -rf" in plan


def test_what_can_only_go_whole_is_named(leakscan, repo, make_pair) -> None:
    for number in range(3):
        repo.commit(wide_txt=(make_pair(1).env + f"N={number}\n").encode("utf-16"))
    run = leakscan("purge", repo.path, "--write-replacements", "away.txt")
    ids = Path(repo.path.parent, "away.txt.blobs").read_text().split()
    assert sorted(ids) == sorted(repo.run("rev-parse", *(f"HEAD~{n}:wide.txt" for n in range(3))).split())
    assert "These 3 contents" in run.stdout
    assert "wide.txt" in run.stdout


def test_the_plan_alone_writes_nothing_and_shows_no_value(leakscan, repo, pair, tmp_path) -> None:
    repo.commit(**{"bot_env": pair.env, f"{pair.key}_txt": "a name"})
    before = sorted(tmp_path.rglob("*"))
    for form in ("text", "markdown"):
        run = leakscan("purge", repo.path, "-f", form)
        assert run.exit_code == 1
        assert pair.key not in run.stdout + run.stderr
        assert pair.secret not in run.stdout + run.stderr
        assert "bot.env" in run.stdout
        assert "https://www.binance.com/en/my/settings/api-management" in run.stdout
        assert run.stdout.index("Revoke first") < run.stdout.index("Rewrite the history")
        assert "--write-replacements" in run.stdout
    assert sorted(tmp_path.rglob("*")) == before


def test_the_file_is_new_private_and_outside(leakscan, repo, pair, tmp_path) -> None:
    repo.commit(bot_env=pair.env)
    (tmp_path / "taken.txt").write_text("mine")
    (tmp_path / "link.txt").symlink_to(tmp_path / "elsewhere.txt")
    (tmp_path / "way-in").symlink_to(repo.path, target_is_directory=True)
    for place, why in (
        ("taken.txt", "stands there already"),
        ("link.txt", "stands there already"),
        ("repo/away.txt", "lies in the repository"),
        ("repo/.git/away.txt", "lies in the repository"),
        ("way-in/away.txt", "lies in the repository"),
        ("nowhere/away.txt", "no such folder"),
        ("/dev/stdout", "stands there already"),
    ):
        run = leakscan("purge", repo.path, "--write-replacements", place)
        assert (run.exit_code, run.stdout) == (2, ""), place
        assert why in run.stderr
    assert (tmp_path / "taken.txt").read_text() == "mine"
    assert not (tmp_path / "elsewhere.txt").exists()
    mask = os.umask(0)
    try:
        assert leakscan("purge", repo.path, "--write-replacements", "away.txt").exit_code == 1
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "away.txt").stat().st_mode) == 0o600
    assert pair.secret in (tmp_path / "away.txt").read_text()


def test_only_what_was_named(leakscan, repo, make_pair, tmp_path) -> None:
    first, second = make_pair(1), make_pair(2)
    repo.commit(bot_env=first.env)
    saved = leakscan("scan", repo.path, "-f", "json", "-o", f"json={tmp_path / 'saved.json'}").findings
    repo.commit(other_env=second.env)
    leakscan("purge", repo.path, "--from", "saved.json", "--write-replacements", "one.txt")
    text = (tmp_path / "one.txt").read_text()
    assert first.key in text
    assert second.key not in text
    leakscan("purge", repo.path, "--only", saved[0]["fingerprint"][:8], "--write-replacements", "two.txt")
    assert len((tmp_path / "two.txt").read_text().splitlines()) == 1
    for name, why in (("zz", "is no fingerprint"), ("0" * 32, "nothing that was found")):
        run = leakscan("purge", repo.path, "--only", name)
        assert (run.exit_code, run.stdout) == (2, "")
        assert why in run.stderr


def test_nothing_to_take_out(leakscan, repo, pair, tmp_path) -> None:
    repo.commit(readme_md="clean\n")
    repo.write("bot.env", pair.env)  # not committed: no rewrite is needed
    run = leakscan("purge", repo.path, "--write-replacements", "away.txt")
    assert run.exit_code == 0
    assert not (tmp_path / "away.txt").exists()
    (tmp_path / "folder").mkdir()
    run = leakscan("purge", tmp_path / "folder")
    assert (run.exit_code, run.stdout) == (2, "")
    assert "not a git repository" in run.stderr


def test_an_incomplete_scan_says_so(leakscan, repo, pair) -> None:
    oid = repo.commit(bot_env=pair.env)
    (repo.path / ".git/shallow").write_text(oid + "\n")
    run = leakscan("purge", repo.path)
    assert run.exit_code == 1
    assert "NOT complete" in run.stderr


def test_a_hostile_name_stays_one_line_of_the_plan(leakscan, repo, pair) -> None:
    name = "x\n     git push --force evil\n\x1b[2J$(touch gone).env"
    repo.write(name, pair.env)
    repo.commit()
    plan = leakscan("purge", repo.path).stdout
    assert not [command for command in commands(plan) if "evil" in command or "touch" in command]
    assert "\x1b" not in plan


def test_a_header_is_told_to_be_rewritten_by_hand(leakscan, repo, pair) -> None:
    repo.write("a.txt", "1")
    repo.run("add", "-A")
    repo.run("-c", f"user.name=binance_api_secret={pair.secret}", "commit", "-q", "-m", "x")
    run = leakscan("purge", repo.path)
    assert "In headers" in run.stdout
    assert repo.run("rev-parse", "HEAD") in run.stdout
    assert json.dumps(pair.secret)[1:-1] not in run.stdout


def test_a_name_is_told_to_be_rewritten_by_hand_and_its_content_left(leakscan, repo, pair) -> None:
    repo.write(f"binance_api_secret_{pair.secret}.txt", "")
    repo.commit()
    repo.run("rm", "-q", "-r", ".")
    repo.commit()
    run = leakscan("purge", repo.path)
    assert f"- binance_api_secret_{pair.secret[:4]}…{pair.secret[-2:]}.txt" in run.stdout
    assert "In names of files" in run.stdout
    assert "--strip-blobs-with-ids" not in run.stdout
    assert pair.secret not in run.stdout
