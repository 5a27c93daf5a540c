"""Promise 6: names of refs and files, targets of links and the git directory's own files are searched."""

from __future__ import annotations

import pytest

from leakscan.rules.fake import fake

VALUE = fake("alnum:64", 6)
NAMED = f"binance_api_secret={VALUE}"


def _branch(repo):
    repo.run("update-ref", f"refs/heads/{NAMED}", "HEAD")


def _tag(repo):
    repo.run("tag", "-a", "-m", "first", f"binance-api-secret-{VALUE}")


def _packed_branch(repo):
    _branch(repo)
    repo.run("pack-refs", "--all")


def _config(repo):
    repo.run("remote", "add", "origin", f"https://example.com/?{NAMED}")


def _fetch_head(repo):
    (repo.path / ".git/FETCH_HEAD").write_text(f"{'0' * 40}\t\tbranch 'main' of https://x/?{NAMED}\n")


def _git_file(name):
    def write(repo):
        file = repo.path / ".git" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{NAMED}\n")

    return write


def _file_name(repo):
    repo.write(f"notes/binance_api_secret_{VALUE}.txt", "nothing in it\n")


def _link(repo):
    (repo.path / "link").symlink_to(f"https://example.com/?{NAMED}")


def _submodule(repo):
    repo.write(".gitmodules", f'[submodule "x"]\n\turl = https://example.com/?{NAMED}\n')


CASES = {
    "a branch": _branch,
    "a tag": _tag,
    "a packed branch": _packed_branch,
    "a remote's address": _config,
    "FETCH_HEAD": _fetch_head,
    "a hook": _git_file("hooks/pre-push"),
    "what an editor left": _git_file("config.orig"),
    "a message that was not committed": _git_file("MERGE_MSG"),
    "a file's name": _file_name,
    "a link's target": _link,
    "a submodule's address": _submodule,
}


@pytest.mark.parametrize("plant", CASES.values(), ids=CASES)
def test_a_value_in_a_name_is_found_and_not_shown(repo, leakscan, plant) -> None:
    repo.commit(a_txt="1\n")
    plant(repo)
    run = leakscan("scan", repo.path, "-f", "json")
    assert (run.exit_code, [finding["preview"] for finding in run.findings]) == (
        1,
        [f"{VALUE[:4]}…{VALUE[-2:]}"],
    )
    assert VALUE not in run.stdout + run.stderr


DELETED = {
    "a file": f"notes/binance_api_secret_{VALUE}.txt",
    "a file, told by its folder": f"bitmex/secret_{fake('alnum:48', 6)}.txt",
    "a folder": f"binance_api_secret_{VALUE}/deep/deeper/x",
}


@pytest.mark.parametrize("options", [(), ("--no-cache",), ("--full",)], ids=["remembered", "anew", "full"])
@pytest.mark.parametrize("damaged", [False, True])
@pytest.mark.parametrize("path", DELETED.values(), ids=DELETED)
def test_a_value_in_the_name_of_a_file_that_was_deleted_is_found(repo, leakscan, path, damaged, options):
    repo.commit(a_txt="1\n")
    repo.write(path, "nothing in it\n")
    brought = repo.commit("with it")
    repo.run("rm", "-q", path)
    removed = repo.commit("without it")
    if damaged:  # our own reader leaves the rest to git
        (repo.path / ".git/objects/ab").mkdir(exist_ok=True)
        (repo.path / ".git/objects/ab" / ("c" * 38)).write_bytes(b"no object")
    for _ in range(2):
        run = leakscan("scan", repo.path, "-f", "json", "--min-confidence", "low", *options)
        (finding,) = run.findings
        (place,) = finding["locations"]
        value = max(path.replace("/", "_").replace(".", "_").split("_"), key=len)
        assert (run.exit_code, finding["preview"]) == (1, f"{value[:4]}…{value[-2:]}")
        assert (place["source"], place["commit"], place["in_head"]) == ("history", brought, False)
        assert (place["start_line"], place["start_column"]) == (1, path.index(value) + 1)
        assert finding["exposure"]["removed"]["commit"] == removed
        assert value not in run.stdout + run.stderr


def test_ids_of_a_sha256_repository_are_no_values(leakscan, tmp_path) -> None:
    from tests.conftest import Repo

    repo = Repo(tmp_path / "r", object_format="sha256")
    repo.commit("binance: api_secret key", binance_py="binance api_key api_secret\n")
    repo.run("branch", "binance-api-secret")
    repo.run("pack-refs", "--all")
    run = leakscan("scan", repo.path, "-f", "json")
    assert (run.exit_code, run.findings) == (0, [])


@pytest.mark.parametrize(
    "arguments", [["hook"], ["scan", ".", "--staged"], ["scan", ".", "--range", "HEAD~1..HEAD"]]
)
def test_a_value_in_a_name_that_is_about_to_be_published_is_found(repo, leakscan, arguments) -> None:
    repo.commit(a_txt="1\n")
    _file_name(repo)
    repo.run("add", "-A")
    if "--range" in arguments:
        repo.run("commit", "-q", "-m", "x")
    run = leakscan(*arguments, "-f", "json", cwd=repo.path)
    (finding,) = run.findings
    assert finding["length"] == 64
    assert VALUE[:7] not in run.stdout + leakscan(*arguments, cwd=repo.path).stdout
    assert leakscan("hook", cwd=repo.path).exit_code == (0 if "--range" in arguments else 1)
