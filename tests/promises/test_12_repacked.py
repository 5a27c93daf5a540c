"""Promise 12: a repository that git works on while it is scanned. What is taken away is looked for where it is since,
and what came behind the back of the scan is told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import leakscan
from leakscan.gitstore import Store
from leakscan.scanning.reader import Reader
from tests.promises.cases import LINE, fill, object_file, packed


@pytest.fixture
def meanwhile(monkeypatch):
    """`meanwhile(act)`: once all objects were looked at; `before`: at another point."""

    def at(act, before=Reader.read_git_dir) -> None:
        def first_act(self, *args, **options):
            act()
            return before(self, *args, **options)

        owner = Reader if before is Reader.read_git_dir else Store
        monkeypatch.setattr(owner, before.__name__, first_act)

    return at


@pytest.mark.parametrize("before", [Reader.read_git_dir, Store.check_connectivity, Store.attribute])
def test_loose_objects_that_go_into_a_pack_are_read_there(repo, meanwhile, before) -> None:
    fill(repo, planted=True)
    repo.run("tag", "-a", "v1", "-m", "one")
    meanwhile(lambda: repo.run("repack", "-adq"), before)
    result = leakscan.scan(repo.path)
    assert (result.complete, result.failures) == (True, ())
    (finding,) = result.findings
    assert finding.locations[0].path == b"s.py"
    assert finding.exposure.refs == ("refs/heads/main", "refs/tags/v1")


@pytest.mark.parametrize("before", [Reader.read_git_dir, Store.check_connectivity, Store.attribute])
def test_loose_objects_that_are_gone_end_no_scan(repo, meanwhile, before) -> None:
    fill(repo, planted=True)
    meanwhile(lambda: shutil.rmtree(repo.path / ".git/objects"), before)
    result = leakscan.scan(repo.path)
    assert (result.complete, len(result.findings)) == (False, 1)


@pytest.mark.parametrize("before", [Reader.read_git_dir, Store.check_connectivity, Store.attribute])
@pytest.mark.parametrize("name", ["HEAD", "HEAD~1", "v1", "HEAD^{tree}"])
def test_one_object_that_is_gone_is_told(repo, meanwhile, before, name: str) -> None:
    repo.commit(s_py=LINE)
    repo.run("tag", "-a", "v1", "-m", "one")
    repo.commit(s_py="clean\n")
    oid = repo.run("rev-parse", name).strip()
    meanwhile(object_file(repo, name).unlink, before)
    result = leakscan.scan(repo.path)
    assert (result.complete, len(result.findings)) == (False, 1)
    assert oid in {failure.where for failure in result.failures}


def test_what_came_while_the_store_was_read_is_told(repo, meanwhile, tmp_path: Path) -> None:
    repo.commit(s_py=LINE, t_py="import binance\n")
    files = [object_file(repo, "HEAD^{tree}"), object_file(repo, "HEAD:t.py")]
    away = [file.rename(tmp_path / file.name) for file in files]

    def come() -> None:
        for file, other in zip(files, away, strict=True):
            other.rename(file)

    (repo.path / ".git/index").unlink()
    meanwhile(come)
    (failure,) = leakscan.scan(repo.path).failures
    assert failure.kind == "missing-objects"
    assert "1 objects came into it" in failure.reason


@pytest.mark.parametrize("ending", ["pack", "idx"])
def test_a_pack_that_was_half_written_is_skipped(repo, meanwhile, tmp_path: Path, ending: str) -> None:
    repo.commit(a_txt="clean\n")
    part = packed(repo, "pack").with_suffix(f".{ending}")
    other = shutil.copy(part, part.with_name(f"pack-half.{ending}"))
    assert [failure.where for failure in leakscan.scan(repo.path).failures] == [str(other)]
    meanwhile(other.unlink)
    result = leakscan.scan(repo.path)
    assert (result.failures, [skipped.where for skipped in result.skipped]) == ((), [str(other)])
