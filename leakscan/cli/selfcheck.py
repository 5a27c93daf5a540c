"""A fresh synthetic secret goes through the same pipeline: who finds nothing must be able to find something."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from leakscan.errors import LeakscanError
from leakscan.gitstore.command import Git
from leakscan.gitstore.layout import find_layout
from leakscan.gitstore.privatefolder import temporary_parent
from leakscan.rules import RuleSet
from leakscan.rules.fake import fake
from leakscan.scanning.changes import ChangeScan, Range
from leakscan.scanning.options import ScanOptions
from leakscan.scanning.outcome import open_session

_FILE = "canary.env"


def canary() -> bytes:
    """A file that holds a credential made for this moment."""
    seed = int.from_bytes(os.urandom(6), "big")
    return f"BINANCE_API_KEY={fake('alnum:64', seed)}\nBINANCE_API_SECRET={fake('alnum:64', seed + 1)}\n".encode()


def check_pipeline(rules: RuleSet, outside: Path | None = None) -> None:
    """LeakscanError if a secret in a commit of a repository made for it is not found. A git that lies in `outside` is
    not called."""
    with tempfile.TemporaryDirectory(prefix="leakscan-check-", dir=temporary_parent()) as folder:
        git_dir = Path(folder)
        for name in ("objects", "refs"):
            (git_dir / name).mkdir()
        (git_dir / "HEAD").write_text("ref: refs/heads/main\n")
        (git_dir / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = true\n")
        _commit(git_dir, canary(), outside)
        layout = find_layout(git_dir)
        assert layout is not None
        scan = ChangeScan(open_session(rules, ScanOptions()))
        result = scan.range(layout._replace(owner=outside), Range(("refs/heads/main",)))
    if not result.complete or len(result.findings) != 2:
        raise LeakscanError("the self-test failed: a secret made for it was not found; install leakscan anew")


def _commit(git_dir: Path, content: bytes, outside: Path | None) -> None:
    head = (
        f"commit refs/heads/main\ncommitter leakscan <> 1700000000 +0000\ndata 0\n\nM 100644 inline {_FILE}\n"
    )
    git = Git(git_dir, outside)
    try:
        git.run("fast-import", "--quiet", feed=f"{head}data {len(content)}\n".encode() + content + b"\n")
    finally:
        git.close()
