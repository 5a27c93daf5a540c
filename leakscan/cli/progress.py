"""A line on the terminal for anything over a second."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from leakscan.model import Coverage

if TYPE_CHECKING:
    from rich.status import Status

_PATIENCE_S = 1.0


class ProgressLine:
    """Shows what was read so far; `rich` is imported only if the scan takes long enough to need it."""

    def __init__(self, *, wanted: bool | None) -> None:
        self._active = sys.stderr.isatty() if wanted is None else wanted
        self._started = time.monotonic()
        self._status: Status | None = None

    def __call__(self, coverage: Coverage) -> None:
        if not self._active or time.monotonic() - self._started < _PATIENCE_S:
            return
        text = f"{coverage.files:,} files, {coverage.blobs:,} blobs, {coverage.bytes / 1e6:,.0f} MB read"
        if self._status is None:
            from rich.console import Console
            from rich.status import Status

            self._status = Status(text, console=Console(stderr=True))
            self._status.start()
        self._status.update(text)

    def stop(self) -> None:
        if self._status is not None:
            self._status.stop()
