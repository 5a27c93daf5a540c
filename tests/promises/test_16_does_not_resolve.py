"""Promise 16: what is named and is not there ends with 2 or 3, and no flag makes an error look clean."""

from __future__ import annotations

import os

import pytest

from tests.promises.cases import LINE

FLAGS = ["--fail-on", "never", "--min-confidence", "high", "-q"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["scan", ".", "--range", "nowhere..HEAD"],
        ["scan", ".", "--range", "HEAD..nowhere"],
        ["scan", ".", "--range", "HEAD"],
        ["scan", ".", "--range", "--all..HEAD"],
        ["scan", ".", "--range", ".."],
        ["scan", ".", "--timeout", "nan"],
        ["scan", "nowhere"],
        ["scan", "/dev/null"],
        ["scan", "pipe"],
        ["scan", "dangling"],
        ["scan", ".", "--no-tree", "--no-history"],
        ["scan", ".git", "--no-history"],
        ["scan", ".", "--baseline", "nowhere"],
        ["scan", ".", "--config", "nowhere"],
        ["scan", ".", "--rules", "nowhere"],
        ["scan", ".", "--exchange", "nowhere"],
        ["scan", ".", "-o", "json=nowhere/report"],
        ["scan", ".", "--accept-incomplete", "all"],
        ["scan", ".", "--max-memory", "0"],
        ["hook", "--baseline", "nowhere"],
        ["ci", "--base", "nowhere"],
        ["ci", "--base", "1" * 40],
        ["report", "nowhere"],
        ["baseline", "check", "--baseline", "nowhere"],
        ["explain", "nowhere"],
        ["purge", "--only", "abcdef"],
        ["fleet", "status", "nowhere"],
    ],
    ids=" ".join,
)
def test_what_is_named_and_is_not_there_is_no_clean_scan(repo, leakscan, arguments) -> None:
    repo.commit(a_txt="clean\n")
    os.mkfifo(repo.path / "pipe")
    (repo.path / "dangling").symlink_to("nowhere")
    plain = leakscan(*arguments, cwd=repo.path)
    assert plain.exit_code in (2, 3), plain
    assert plain.stderr.strip()
    if arguments[0] in ("scan", "hook", "ci"):
        assert leakscan(*arguments, *FLAGS, cwd=repo.path).exit_code in (2, 3)


def test_a_link_that_is_named_is_followed(leakscan, tmp_path) -> None:
    (tmp_path / "there").write_text(LINE)
    (tmp_path / "link").symlink_to("there")
    (finding,) = leakscan("scan", "link", "-f", "json", cwd=tmp_path).findings
    assert finding["locations"][0]["path"] == "link"


@pytest.mark.parametrize("kind", ["missing-objects", "corrupt-objects", "unreadable"])
def test_only_the_kind_that_was_accepted_is_accepted(repo, leakscan, kind) -> None:
    repo.commit(a_txt="clean\n")
    oid = repo.run("rev-parse", "HEAD:a.txt")
    (repo.path / ".git/objects" / oid[:2] / oid[2:]).unlink()
    run = leakscan("scan", ".", *FLAGS, "--accept-incomplete", kind, cwd=repo.path)
    assert run.exit_code == (0 if kind == "missing-objects" else 3)


@pytest.mark.parametrize(
    "arguments",
    [
        ["scan", ".", "--baseline", "pipe"],
        ["scan", ".", "--config", "pipe"],
        ["scan", ".", "--rules", "rules"],
        ["scan", ".", "--rules", "/dev/full"],
        ["hook", "--config", "/dev/zero"],
        ["ci"],
        ["report", "pipe"],
        ["fleet", "run", "--run", "run", "pipe"],
    ],
    ids=" ".join,
)
def test_nobody_waits_for_what_a_pipe_gives(repo, leakscan, arguments) -> None:
    repo.commit(a_txt="clean\n")
    (repo.path / "rules").mkdir()
    for name in ("pipe", "rules/moonbase.toml"):
        os.mkfifo(repo.path / name)
    env = {"GITHUB_ACTIONS": "1", "GITHUB_EVENT_NAME": "push", "GITHUB_EVENT_PATH": str(repo.path / "pipe")}
    run = leakscan(*arguments, cwd=repo.path, env=env)
    assert run.exit_code == 2
    assert "regular file" in run.stderr or "rule file" in run.stderr


def test_what_the_shell_has_opened_is_read(repo, leakscan) -> None:
    repo.commit(a_txt="clean\n")
    assert leakscan("scan", ".", "--config", "/dev/stdin", cwd=repo.path, stdin=b"").exit_code == 0


@pytest.mark.parametrize(
    "line", ["{ref}  {oid}  {ref} {zeros}", "{ref} {ref} {zeros}", " {oid} {ref} ", "\n"]
)
def test_what_no_push_says_is_no_clean_push(repo, leakscan, line) -> None:
    oid = repo.commit(s_py=LINE)
    said = line.format(ref="refs/heads/main", oid=oid, zeros="0" * 40)
    run = leakscan("hook", "--push", cwd=repo.path, stdin=f"{said}\n".encode())
    assert (run.exit_code, run.stdout) == (2, "")
    assert "not what git writes to a pre-push hook" in run.stderr
