"""Where GitHub Actions takes results from: the job summary and the outputs of a step."""

from __future__ import annotations

import os
from pathlib import Path

from leakscan.cli.streams import open_at_once
from leakscan.errors import ConfigError
from leakscan.model import ScanResult
from leakscan.reporters import RenderOptions, render

_MAX_SUMMARY_BYTES = 1 << 20


def append_summary(result: ScanResult) -> None:
    """The Markdown report, unless the step's summary is full (1 MiB)."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if path:
        text = render("markdown", result, RenderOptions())
        size = Path(path).stat().st_size if Path(path).exists() else 0
        if size + len(text.encode()) <= _MAX_SUMMARY_BYTES:
            _append(path, text)


def append_outputs(result: ScanResult, code: int, outputs: list[tuple[str, Path]]) -> None:
    """Numbers and file names only: nothing that a repository can choose goes there."""
    path = os.environ.get("GITHUB_OUTPUT")
    if not path:
        return
    sarif = next((str(file) for form, file in outputs if form == "sarif"), "")
    values = {
        "findings": len(result.findings),
        "new-findings": sum(not finding.baseline for finding in result.findings),
        "exit-code": int(code),
        "complete": str(result.complete).lower(),
        "scanned-commits": result.coverage.commits,
        "scanned-bytes": result.coverage.bytes,
        "sarif-file": sarif.replace("\r", "").replace("\n", ""),
    }
    _append(path, "".join(f"{name}={value}\n" for name, value in values.items()))


def _append(path: str, text: str) -> None:
    try:
        with open(path, "a", encoding="utf-8", newline="\n", opener=open_at_once) as file:
            file.write(text)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None
