"""Promise 15: what a repository names but does not hold is told by its kind, and the scan is not clean."""

from __future__ import annotations

import hashlib

import pytest

from leakscan.rules.fake import fake
from tests.conftest import Repo


def _pointer(seed: int) -> str:
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{fake('hex:64', seed)}\nsize 12345\n"


@pytest.mark.parametrize("full", [[], ["--full", "--no-cache"]], ids=["swept", "whole"])
def test_a_pointer_to_a_large_file_is_told_wherever_it_stands(repo, leakscan, full) -> None:
    repo.commit(model_bin=_pointer(1))
    repo.commit(model_bin=_pointer(2))
    run = leakscan("scan", repo.path, "-f", "json", *full)
    assert (run.exit_code, {failure["kind"] for failure in run.json["failures"]}) == (3, {"lfs"})
    assert len(run.json["failures"]) == 3  # the file, and both versions of it
    assert leakscan("scan", repo.path, "--accept-incomplete", "lfs", *full).exit_code == 0


@pytest.mark.parametrize("full", [[], ["--full", "--no-cache"]], ids=["swept", "whole"])
def test_what_a_pointer_stands_for_is_read_if_it_is_here(repo, leakscan, full) -> None:
    value = fake("alnum:64", 3)
    content = f"BINANCE_API_SECRET='{value}'\n".encode()
    name = hashlib.sha256(content).hexdigest()
    text = f"version https://git-lfs.github.com/spec/v1\noid sha256:{name}\nsize {len(content)}\n"
    repo.commit(model_bin=text)
    repo.commit(model_bin="gone\n")
    place = repo.path / ".git/lfs/objects" / name[:2] / name[2:4] / name
    place.parent.mkdir(parents=True)
    place.write_bytes(content)
    run = leakscan("scan", repo.path, "-f", "json", *full)
    assert (run.exit_code, run.json["complete"], len(run.findings)) == (1, True, 1)
    assert leakscan("scan", repo.path, "-f", "json", *full).findings == run.findings
    place.write_bytes(b"something else\n")
    run = leakscan("scan", repo.path, "-f", "json", *full)
    assert (run.exit_code, [failure["kind"] for failure in run.json["failures"]]) == (3, ["corrupt-objects"])


def test_a_hook_tells_of_a_pointer(repo, leakscan) -> None:
    repo.commit(a_txt="1\n")
    repo.write("model.bin", _pointer(1))
    repo.run("add", "model.bin")
    assert leakscan("hook", cwd=repo.path).exit_code == 3
    assert leakscan("hook", "--accept-incomplete", "lfs", cwd=repo.path).exit_code == 0


def test_a_text_about_pointers_is_a_text(repo, leakscan) -> None:
    repo.commit(notes_txt="version https://git-lfs.github.com/spec/v1 is the first line of a pointer\n")
    assert leakscan("scan", repo.path).exit_code == 0


@pytest.mark.parametrize("folder", [True, False], ids=["empty folder", "no folder"])
def test_a_submodule_that_is_not_checked_out_is_told(repo, leakscan, folder) -> None:
    head = repo.commit(a_txt="1\n")
    repo.write(".gitmodules", '[submodule "x"]\n\tpath = x\n\turl = https://example.com/x\n')
    repo.run("update-index", "--add", "--cacheinfo", f"160000,{head},x")
    if folder:
        (repo.path / "x").mkdir()
    run = leakscan("scan", repo.path, "-f", "json")
    assert run.exit_code == 3
    assert [(f["kind"], f["where"]) for f in run.json["failures"]] == [("submodule-absent", "x")]
    assert leakscan("scan", repo.path, "--accept-incomplete", "submodule-absent").exit_code == 0


def test_a_repository_of_a_submodule_that_is_no_more_is_told(repo, leakscan, tmp_path) -> None:
    other = Repo(tmp_path / "other")
    other.commit(a_txt="1\n")
    repo.run("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other.path), "deep/x")
    repo.commit("add it")
    run = leakscan("scan", repo.path, "-f", "json")
    assert [entry["where"] for entry in run.json["skipped"]] == ["deep/x"]
    repo.run("rm", "-q", "-f", "deep/x")
    repo.commit("remove it")
    run = leakscan("scan", repo.path, "-f", "json")
    assert [entry["where"] for entry in run.json["skipped"]] == [".git/modules/deep/x"]


def test_one_that_cannot_be_opened_ends_nothing(repo, leakscan, pair) -> None:
    repo.commit(bot_env=pair.env)
    module = repo.path / ".git" / "modules" / "x"
    module.mkdir(parents=True)
    (module / "HEAD").write_text("ref: refs/heads/main\n")
    (module / ".git").write_text("gitdir: /nowhere\n")
    run = leakscan("scan", repo.path, "-f", "json")
    assert (run.exit_code, len(run.findings)) == (1, 2)
    assert [entry["where"] for entry in run.json["skipped"]] == [".git/modules/x"]
