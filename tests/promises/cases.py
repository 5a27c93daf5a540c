"""What a hostile case is, and what the makers of cases share. Each is made in an empty folder when its test runs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from leakscan.rules.fake import fake
from tests.conftest import Repo

VALUE = fake("alnum:64", 77)
LINE = f"BINANCE_API_SECRET='{VALUE}'\n"
FOUND, INCOMPLETE, CLEAN = (1,), (3,), (0,)
NOBODY = 65534


class Scene(NamedTuple):
    """Where and how a case is scanned."""

    folder: Path
    env: Mapping[str, str] = MappingProxyType({})
    user: int | None = None


Maker = Callable[[Repo, Path], Scene | Path | None]


class Case(NamedTuple):
    """`make` gives what to scan (None: the repository), `ends` how a scan of it may end; `planted`: a value stood in
    its history; `briefly`: one scan is enough, another case of the same damage is tried in every way."""

    make: Maker
    ends: tuple[int, ...]
    planted: bool
    briefly: bool = False


CASES: dict[str, Case] = {}


def case(ends: tuple[int, ...], *, planted: bool | None = None, briefly: bool = False):
    def keep(make):
        is_planted = ends == FOUND if planted is None else planted
        CASES[make.__name__.strip("_").replace("_", " ")] = Case(make, ends, is_planted, briefly)
        return make

    return keep


def damage(make):
    """Two cases: without a finding it is incomplete, and what stands beside the damage is found."""
    name = make.__name__.strip("_").replace("_", " ")
    CASES[name] = Case(make, INCOMPLETE, planted=False)
    CASES[f"{name}, a value beside it"] = Case(make, FOUND, planted=True, briefly=True)
    return make


def fill(repo: Repo, *, planted: bool) -> None:
    repo.commit(a_txt="clean\n")
    if planted:
        repo.commit(s_py=LINE)
        (repo.path / "s.py").unlink()
        repo.commit("gone")


def git_dir(repo: Repo) -> Path:
    return repo.path / ".git"


def beside(repo: Repo, name: str) -> Path:
    """A new folder beside the repository."""
    folder = repo.path.parent / name
    folder.mkdir()
    return folder


def object_file(repo: Repo, name: str) -> Path:
    oid = repo.run("rev-parse", name)
    file = git_dir(repo) / "objects" / oid[:2] / oid[2:]
    file.chmod(0o644)
    return file


def packed(repo: Repo, ending: str) -> Path:
    repo.run("repack", "-adq")
    (file,) = (git_dir(repo) / "objects/pack").glob(f"*.{ending}")
    file.chmod(0o644)
    return file


def file_of(name: str, content: bytes | None) -> Maker:
    """A maker that puts a content in place of a file of the git directory; None takes it away."""

    def make(repo: Repo, canary: Path) -> None:
        file = git_dir(repo) / name
        if file.is_dir():
            shutil.rmtree(file)
        file.unlink(missing_ok=True)
        if content is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)

    return make


def dig(folder: Path) -> int:
    """A handle of a folder that lies deeper than a path may be."""
    handle = os.open(folder, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("deep", dir_fd=handle)
        inner = os.open("deep", os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = inner
    return handle
