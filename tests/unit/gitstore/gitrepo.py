"""Real repositories in tmp_path, made with plain git and no configuration of the machine's."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

from leakscan.anchors import AnchorSpec
from leakscan.gitstore import Store, Sweep, find_layout

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from leakscan.gitstore import Placement

_ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ann",
    "GIT_AUTHOR_EMAIL": "ann@example.org",
    "GIT_COMMITTER_NAME": "Ann",
    "GIT_COMMITTER_EMAIL": "ann@example.org",
    "LC_ALL": "C",
}


class Repo:
    """A repository to be scanned. The clock ticks a minute a commit."""

    def __init__(self, path: Path, *init: str) -> None:
        self.path = path
        self.clock = 1_700_000_000
        path.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main", *init)

    @property
    def git_dir(self) -> Path:
        return self.path if (self.path / "HEAD").exists() else self.path / ".git"

    def git(self, *arguments: str, stdin: bytes = b"") -> str:
        date = f"{self.clock} +0530"
        env = {**_ENVIRONMENT, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        run = subprocess.run(
            ["git", "-c", "protocol.file.allow=always", *arguments],
            cwd=self.path,
            env=env,
            input=stdin,
            capture_output=True,
            check=True,
        )
        return run.stdout.decode("utf-8", "surrogateescape").strip()

    def write(self, name: str | bytes, content: str | bytes) -> None:
        path = os.path.join(os.fsencode(self.path), os.fsencode(name))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)

    def commit(self, files: dict[str | bytes, str | bytes], message: str = "change") -> str:
        """Writes the files, commits everything and returns the commit's id."""
        for name, content in files.items():
            self.write(name, content)
        self.clock += 60
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def blob(self, content: str) -> str:
        """Stores a blob that nothing names."""
        return self.git("hash-object", "-w", "--stdin", stdin=content.encode())

    def loose(self, oid: str) -> Path:
        path = self.git_dir / "objects" / oid[:2] / oid[2:]
        path.chmod(0o644)
        return path

    def pack(self) -> Path:
        """All in one pack; its path."""
        self.git("repack", "-adq")
        (pack,) = (self.git_dir / "objects" / "pack").glob("*.pack")
        pack.chmod(0o644)
        pack.with_suffix(".idx").chmod(0o644)
        return pack


@contextmanager
def opened(path: Path) -> Iterator[Store]:
    layout = find_layout(path)
    assert layout is not None
    with Store(layout) as store:
        yield store


class TracingStore(Store):
    """A store that asks our own reader about commits and trees, as a history scan does; git if that cannot tell."""

    def __enter__(self) -> TracingStore:
        super().__enter__()
        self._sweep = self.keep_open(Sweep(self, AnchorSpec(64, 69, ()), jobs=1))
        list(self._sweep.run(lambda _: None, texts=True))
        self.traced = self._trace(())
        return self

    def attribute(self, oids: Collection[str]) -> dict[str, tuple[Placement, ...]]:
        self._trace(oids)
        return super().attribute(oids)

    def _trace(self, oids: Collection[str]) -> bool:
        self.adopt(self._sweep.history())
        return self.trace(oids)


@contextmanager
def opened_own_way(path: Path) -> Iterator[Store]:
    layout = find_layout(path)
    assert layout is not None
    with TracingStore(layout) as store:
        yield store


def contents(store: Store, kind: str = "blob") -> set[bytes]:
    return {found.data for found in store.iter_objects() if found.kind == kind}


def kinds(store: Store) -> list[str]:
    return [failure.kind for failure in store.failures]
