"""Object folders that the caller's environment names: git's own spelling, for git's own repository."""

from __future__ import annotations

from pathlib import Path

import pytest
from gitrepo import Repo

from leakscan.gitstore.layout import find_layout
from leakscan.gitstore.lent import lent_objects


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ("", []),
        ("/a:/b::/c", ["/a", "/b", "/c"]),
        ('"/with:colon\\012":/b', ["/with:colon\n", "/b"]),
        ('"\\000"', []),
    ],
)
def test_folders_are_read_as_git_reads_them(repo: Repo, monkeypatch, more: str, found: list[str]) -> None:
    layout = find_layout(repo.path)
    assert layout is not None
    monkeypatch.chdir(repo.path)
    environ = {"GIT_ALTERNATE_OBJECT_DIRECTORIES": more}
    assert lent_objects(layout, environ) == list(map(Path, found))
    own = {"GIT_OBJECT_DIRECTORY": "own", **environ}
    assert lent_objects(layout, own) == [repo.path / "own", *map(Path, found)]
    assert lent_objects(layout, own | {"GIT_DIR": "absent"}) == []
    (repo.path / "inner").mkdir()
    inner = Repo(repo.path / "inner")
    assert lent_objects(layout, own | {"GIT_DIR": str(inner.git_dir)}) == []
