"""A line on the terminal for anything over a second."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from leakscan.model import Coverage

if TYPE_CHECKING:
    from rich.live import Live

_PATIENCE_S = 1.0


class ProgressLine:
    """Shows what was read so far; `rich` is imported only if the scan takes long enough to need it.

    It has no thread of its own: a scan forks workers, and a fork beside a thread may copy a lock that it holds."""

    def __init__(self, *, wanted: bool | None) -> None:
        self._active = sys.stderr.isatty() if wanted is None else wanted
        self._started = time.monotonic()
        self._live: Live | None = None

    def __call__(self, coverage: Coverage) -> None:
        if not self._active or time.monotonic() - self._started < _PATIENCE_S:
            return
        if self._live is None:
            from rich.console import Console
            from rich.live import Live

            self._live = Live(console=Console(stderr=True), auto_refresh=False, transient=True)
            self._live.start()
        megabytes = coverage.bytes / 1e6
        text = f"{coverage.files:,} files, {coverage.blobs:,} blobs, {megabytes:,.0f} MB read"
        self._live.update(text, refresh=True)

    def stop(self) -> None:
        if self._live is not None:
            self._live.stop()
