"""Whether anybody works: one waits without end for a scheduler without workers, or one that is stuck."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import dask
import distributed
from dask.utils import parse_timedelta

_LOOK_S = 5.0
_WAIT = "300s"  # a batch system may start workers long after their scheduler
_SETTING = "distributed.scheduler.no-workers-timeout"


class Attendance:
    """While entered, looks every few seconds. `tell` is called when nobody is there, `give_up` once nobody was, or the
    scheduler said nothing, for as long as the configuration of Dask says (five minutes); `over` says why then."""

    def __init__(
        self, client: distributed.Client, tell: Callable[[str], None], give_up: Callable[[], object]
    ) -> None:
        self._client = client
        self._tell = tell
        self._give_up = give_up
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._wait_s = parse_timedelta(dask.config.get(_SETTING, None) or _WAIT)
        self.over = ""

    def __enter__(self) -> Attendance:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(_LOOK_S)

    def _watch(self) -> None:
        absent_since: float | None = None
        while not self._ended.wait(_LOOK_S if absent_since is not None else min(_LOOK_S, 1.0)):
            try:
                present = self._is_anybody_there()
            except TimeoutError:
                return self._end("the scheduler does not answer any more")
            except Exception:  # the scheduler went away, which the run notices by itself
                return None
            if present:
                absent_since = None
            elif absent_since is None:
                absent_since = time.monotonic()
                self._tell(f"the scheduler has no workers: the run waits {self._wait_s:g} s for one")
            elif time.monotonic() - absent_since > self._wait_s:
                return self._end("the scheduler has no workers")
        return None

    def _is_anybody_there(self) -> bool:
        client: Any = self._client
        identity = client.scheduler.identity
        said = distributed.utils.sync(client.loop, identity, n_workers=1, callback_timeout=self._wait_s)
        return bool(said["workers"])

    def _end(self, why: str) -> None:
        self.over = why
        self._give_up()
