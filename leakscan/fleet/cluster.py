"""The same run on dask.distributed: one task a repository, on workers that have nothing but this package."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import dask
import distributed
from dask.utils import parse_timedelta
from distributed.comm.core import connect
from distributed.diagnostics.plugin import WorkerPlugin

import leakscan
from leakscan.errors import LeakscanError
from leakscan.fleet.attendance import Attendance
from leakscan.fleet.examine import nothing_read
from leakscan.fleet.job import Job, NothingReadError, Outcome, Plan
from leakscan.fleet.worker import Worker

_NAME = "leakscan-fleet"
# Tasks that the scheduler knows of: enough for any cluster, few for its memory.
_WINDOW = 2_000
# A repository is read in a child of its own, so the end of a worker says little of it: workers come and go.
_ALLOWED_FAILURES = 10
_PATIENCE_S = 30
_GOODBYE_S = 5
_SETTINGS = {
    "distributed.scheduler.allowed-failures": _ALLOWED_FAILURES,
    "distributed.comm.retry.count": 3,
    # Dask watches itself a hundred times a second; the work is in processes of ours.
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "5s",
}


class ClusterError(LeakscanError):
    """The cluster cannot be used; what was done is kept."""


class FleetPlugin(WorkerPlugin):
    """What each Dask worker keeps for a run: a nursery for each of its threads. `is_shared`: the folders of the plan
    are the worker's too; else it makes clones in a folder of its own and keeps none."""

    name = _NAME

    def __init__(self, plan: Plan, *, is_shared: bool) -> None:
        self._plan = plan
        self._is_shared = is_shared
        self._version = leakscan.__version__

    def setup(self, worker: distributed.Worker) -> None:
        if leakscan.__version__ != self._version:
            raise ClusterError(
                f"leakscan {leakscan.__version__} is on {worker.address}: install {self._version} there"
            )
        if not self._is_shared:
            own = Path(worker.local_directory, "leakscan-clones")
            self._plan = replace(self._plan, clones=own, cache=None, keep_clones=False)
        self._own = threading.local()
        self._workers: list[Worker] = []

    def teardown(self, worker: distributed.Worker) -> None:
        for one in self._workers:
            one.close()

    def run(self, job: Job) -> Outcome:
        if not hasattr(self._own, "worker"):
            self._own.worker = Worker(self._plan)
            self._workers.append(self._own.worker)
        outcome: Outcome = self._own.worker.run(job)
        return outcome

    def __getstate__(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("_plan", "_is_shared", "_version")}


def _read(job: Job) -> Outcome:
    plugin = distributed.get_worker().plugins[_NAME]
    assert isinstance(plugin, FleetPlugin)
    return plugin.run(job)


class ClusterCrew:
    """`where`: the address of a scheduler, or `local:N` for N workers on this machine, made for this run. `tell` is
    told what a user who waits wants to know."""

    def __init__(self, plan: Plan, where: str, tell: Callable[[str], None]) -> None:
        self._plan = plan
        self._where = where
        self._tell = tell

    def run(self, jobs: Sequence[Job]) -> Iterator[tuple[Job, Outcome]]:
        """ClusterError if there is no such cluster, or if it goes away."""
        if not jobs:
            return
        for name in ("distributed", "distributed.client", "tornado"):  # each has a level of its own
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        with contextlib.ExitStack() as stack:
            yield from self._collect(self._client(stack), jobs)

    def _client(self, stack: contextlib.ExitStack) -> distributed.Client:
        stack.enter_context(dask.config.set(_SETTINGS))
        kind, _, number = self._where.partition(":")
        try:
            client = self._own_cluster(stack, int(number)) if kind == "local" else self._connect()
            stack.callback(_leave, client)
        except (OSError, RuntimeError, TimeoutError, ValueError) as error:
            raise ClusterError(
                f"--cluster {self._where}: no scheduler answers there: {type(error).__name__}"
            ) from None
        try:
            client.register_plugin(FleetPlugin(self._plan, is_shared=kind == "local"))
        except Exception:  # whatever a worker raised when it tried to load it
            raise ClusterError(
                f"--cluster {self._where}: a worker cannot load leakscan {leakscan.__version__}: install"
                " leakscan[cluster] of this version on every worker"
            ) from None
        return client

    def _own_cluster(self, stack: contextlib.ExitStack, workers: int) -> distributed.Client:
        # Threads: the work is in nurseries anyway, and nobody else on this machine can reach them. Workers that are
        # processes take another 3 s of processor time to start.
        options = {"protocol": "inproc://", "security": distributed.Security(), "dashboard": False}
        worker = {"cls": _Worker, "options": {**options, "nthreads": 1, "memory_limit": 0}}
        cluster = distributed.SpecCluster(
            scheduler={"cls": _Scheduler, "options": options},
            workers=dict.fromkeys(range(workers), worker),
            silence_logs=logging.CRITICAL,
        )
        stack.enter_context(cluster)
        return distributed.Client(cluster, set_as_default=False)

    def _connect(self) -> distributed.Client:
        security = distributed.Security()  # as the configuration of Dask has it
        if (
            self._where.startswith("tls:")
            and security.get_connection_args("client").get("ssl_context") is None
        ):
            raise ClusterError(
                f"--cluster {self._where}: no certificates: name them in the configuration of Dask"
                " (DASK_DISTRIBUTED__COMM__TLS__CA_FILE, __CLIENT__CERT and __CLIENT__KEY)"
            )
        patience_s = parse_timedelta(dask.config.get("distributed.comm.timeouts.connect"))
        asyncio.run(asyncio.wait_for(_greet(self._where, security), patience_s))
        return distributed.Client(self._where, security=security, set_as_default=False)

    def _collect(self, client: distributed.Client, jobs: Sequence[Job]) -> Iterator[tuple[Job, Outcome]]:
        ordered = iter(enumerate(jobs))
        running = {self._submit(client, at, job): job for at, job in islice(ordered, _WINDOW)}
        finished: Any = distributed.as_completed(list(running), loop=client.loop)
        with Attendance(client, self._tell, finished.clear) as attendance:
            for future in finished:
                job = running.pop(future)
                yield job, self._outcome(future, job, attendance)
                if attendance.over:
                    break
                for at, more in islice(ordered, 1):
                    running[added := self._submit(client, at, more)] = more
                    finished.add(added)
        if attendance.over:
            raise self._left(attendance.over)

    def _submit(self, client: distributed.Client, at: int, job: Job) -> Any:
        """The largest come first, and first they go."""
        return client.submit(
            _read, job, pure=False, retries=2, priority=-at, key=f"{_NAME}-{job.entry.id}-{id(self)}"
        )

    def _outcome(self, future: Any, job: Job, attendance: Attendance) -> Outcome:
        try:
            outcome: Outcome = future.result(timeout=_PATIENCE_S)
        except distributed.KilledWorker:
            said = "the workers that read it ended, one after the other"
            isolated = nothing_read(self._plan, job.entry, NothingReadError("crashed", said))
            return replace(isolated, state="isolated")
        except (distributed.CancelledError, OSError, TimeoutError):
            raise self._left(attendance.over or "the scheduler went away") from None
        return outcome

    def _left(self, why: str) -> ClusterError:
        return ClusterError(
            f"--cluster {self._where}: {why}; what was done is kept: mend that, then start the same command again"
        )


async def _greet(address: str, security: distributed.Security) -> None:
    """Dask waits without end for a scheduler that takes a connection and says nothing."""
    comm = await connect(address, **security.get_connection_args("client"))
    await comm.close()


def _leave(client: distributed.Client) -> None:
    with contextlib.suppress(TimeoutError, OSError):  # a scheduler that is stuck says no goodbye
        client.close(timeout=_GOODBYE_S)


class _Unheard:
    """Dask's own web server listens on all addresses, whether a dashboard is asked for or not."""

    def start_http_server(self, *_: object, **__: object) -> None:
        """There is none."""


class _Scheduler(_Unheard, distributed.Scheduler):
    pass


class _Worker(_Unheard, distributed.Worker):
    pass


def is_local(where: str) -> bool:
    """Whether the address can be reached from this machine alone, or is protected."""
    return where.startswith(("local:", "tls://", "wss://", "inproc://")) or "//127.0.0.1:" in where
