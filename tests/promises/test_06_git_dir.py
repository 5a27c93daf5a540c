"""Promise 6: what lies in a git directory is read, wherever it lies, or told."""

from __future__ import annotations

import pytest

from leakscan.rules.fake import fake
from tests.conftest import Repo

LINE = f"binance_api_secret='{fake('alnum:64', 606)}'\n"
ID = "1" * 40


@pytest.mark.parametrize(
    "name",
    [
        "logs/notes.txt",
        "logs/refs/heads/notes",
        "modules/notes.txt",
        "modules/deep/notes.txt",
        "modules/broken/HEAD",
        "worktrees/notes.txt",
        "worktrees/w/notes.txt",
        "worktrees/w/objects/notes.txt",
        "worktrees/w/modules/notes.txt",
    ],
)
def test_a_stray_file_of_the_git_directory_is_read(repo: Repo, leakscan, name: str) -> None:
    repo.commit(a_txt="clean\n")
    file = repo.path / ".git" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(LINE)
    (finding,) = leakscan("scan", ".", "-f", "json", cwd=repo.path).findings
    assert [place["path"] for place in finding["locations"]] == [f".git/{name}"]


@pytest.mark.parametrize("comment", ["", "# Please enter the commit message\n"])
def test_the_message_of_a_commit_that_was_given_up_is_read(repo: Repo, leakscan, comment: str) -> None:
    told = repo.commit(LINE.strip(), a_txt="clean\n")
    file = repo.path / ".git/COMMIT_EDITMSG"
    file.write_text(LINE + comment)
    (finding,) = leakscan("scan", ".", "-f", "json", cwd=repo.path).findings
    assert [place["commit"] for place in finding["locations"]] == [told], "the message is a copy"
    repo.run("commit", "-q", "--amend", "-m", "clean")
    repo.run("reflog", "expire", "--expire=now", "--all")
    repo.run("prune", "--expire=now")
    assert leakscan("scan", ".", "-f", "json", cwd=repo.path).findings == []
    file.write_text(LINE + comment)
    (finding,) = leakscan("scan", ".", "-f", "json", cwd=repo.path).findings
    assert [place["path"] for place in finding["locations"]] == [".git/COMMIT_EDITMSG"]
    file.write_text(f"clean\n# {LINE}")
    assert len(leakscan("scan", ".", "-f", "json", cwd=repo.path).findings) == 1


@pytest.mark.parametrize("name", ["hooks/pre-push", "FETCH_HEAD", "refs/heads/link", "odd\udcff", "w/link"])
def test_where_a_link_of_the_git_directory_leads_is_read(repo: Repo, leakscan, name: str) -> None:
    repo.commit(a_txt="clean\n")
    link = repo.path / ".git" / name
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(f"/srv/{LINE.strip()}")
    (finding,) = leakscan("scan", ".", "-f", "json", cwd=repo.path).findings
    assert len(finding["locations"]) == 1


def test_what_a_reflog_says_of_itself_is_read(repo: Repo, leakscan) -> None:
    told = repo.commit(LINE.strip(), a_txt="clean\n")
    (finding,) = leakscan("scan", ".", "-f", "json", cwd=repo.path).findings
    assert [place["commit"] for place in finding["locations"]] == [told], "subjects are copies"
    (repo.path / "b.txt").write_text("clean, too\n")
    repo.run("add", "-A")
    repo.run("commit", "-q", "-m", "other")
    repo.run("update-ref", "-m", f"from {LINE.strip()}", "refs/heads/main", "HEAD~1")
    (finding,) = leakscan("scan", ".", "-f", "json", cwd=repo.path).findings
    paths = [place["path"] for place in finding["locations"] if place["path"]]
    assert paths == [".git/logs/HEAD", ".git/logs/refs/heads/main"]
