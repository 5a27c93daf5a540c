"""One repository: brought here if it is remote, scanned, and told of as an `Outcome`. Runs in a process of its own."""

from __future__ import annotations

import functools
import hashlib
import os
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from leakscan.detect import Detector
from leakscan.errors import GitError, LeakscanError
from leakscan.fleet import kin
from leakscan.fleet.job import Entry, Job, NothingReadError, Outcome, Plan
from leakscan.fleet.stamp import disk_bytes, stamp_of
from leakscan.gitstore.faults import Faults
from leakscan.gitstore.layout import find_layout
from leakscan.gitstore.mirror import Mirror, RemoteRefs, TooLargeError
from leakscan.gitstore.refs import read_refs
from leakscan.model import Coverage, Failure, Finding, ScanResult
from leakscan.reporters import RenderOptions, render
from leakscan.scanning import Scan

T = TypeVar("T")
_DAY_S = 86_400
# From this size of its packs on, all cores share one repository's delta forest: it may be the last one to be read.
LARGE_BYTES = 64 << 20
_PAUSES_S = (2.0, 8.0)
_ADVICE = (
    (
        re.compile(
            r"error: (?:40[13])\b|could not read Username|Authentication failed|HTTP Basic: Access denied"
        ),
        "the token is missing, wrong, or not allowed to read it",
    ),
    (re.compile(r"error: 30[1278]\b"), "it was renamed or moved: name its new address"),
)
_BUSY = (" 429", " 502", " 503", " 504", "cannot lock ref")


def examine(plan: Plan, job: Job, detector: Detector) -> Outcome:
    """Whatever is wrong with the repository is in the outcome; only what is wrong with this program is raised.
    `detector`: of the plan's rules."""
    entry = job.entry
    try:
        return _examine(plan, job, detector)
    except NothingReadError as error:
        return nothing_read(plan, entry, error)
    except MemoryError:
        return nothing_read(
            plan, entry, NothingReadError("too-large", "the memory limit was reached: --max-memory")
        )
    except LeakscanError as error:
        return nothing_read(plan, entry, NothingReadError("unreadable", str(error)))
    except OSError as error:
        return nothing_read(
            plan, entry, NothingReadError("unreadable", error.strerror or type(error).__name__)
        )
    finally:
        if entry.is_remote and not plan.keep_clones:
            shutil.rmtree(clone_folder(plan, entry), ignore_errors=True)


def _examine(plan: Plan, job: Job, detector: Detector) -> Outcome:
    started = time.monotonic()
    entry = job.entry
    subject = _Clone(plan, entry) if entry.is_remote else _Folder(entry)
    stamp = subject.stamp()
    if (known := _still_known(plan, job, stamp)) is not None:
        return replace(known, clone_bytes=subject.used())
    folder = subject.bring()
    left = plan.timeout_s - (time.monotonic() - started)
    outcome = _scan(plan, entry, folder, max(left, 0.001) if plan.timeout_s else 0.0, detector)
    if outcome.state != "complete" or subject.has_changed(stamp):
        stamp = ""
    subject.done()
    return replace(outcome, stamp=stamp, clone_bytes=subject.used() if plan.keep_clones else 0)


def unchanged(plan: Plan, job: Job) -> Outcome | None:
    """The outcome of a folder in which nothing changed since it was read: nothing of it is opened to tell."""
    if job.known is None or job.entry.is_remote:
        return None
    return _still_known(plan, job, stamp_of(Path(job.entry.place)))


def _still_known(plan: Plan, job: Job, stamp: str) -> Outcome | None:
    known = job.known
    if known is None or known.stamp != stamp or not stamp or plan.now >= known.until:
        return None
    return Outcome(is_same=True, stamp=stamp, until=known.until)


def nothing_read(plan: Plan, entry: Entry, error: NothingReadError) -> Outcome:
    """A report that names the one failure."""
    result = ScanResult(
        target=entry.name,
        findings=(),
        skipped=(),
        failures=(error.failure(entry),),
        coverage=Coverage(),
        rules=plan.rules.describe(),
        rules_digest=plan.rules.digest,
        accepted=plan.options.accepted,
    )
    return replace(_outcome(result, plan), state="failed")


class _Folder:
    """A repository on this machine, read where it stands."""

    def __init__(self, entry: Entry) -> None:
        self._path = Path(entry.place)
        if not self._path.is_dir():
            raise NothingReadError("unreachable", "the folder is not there any more")

    def stamp(self) -> str:
        return stamp_of(self._path)

    def bring(self) -> Path:
        return self._path

    def has_changed(self, stamp: str) -> bool:
        return bool(stamp) and stamp_of(self._path) != stamp

    def done(self) -> None:
        """There is nothing to tell."""

    def used(self) -> int:
        return 0


class _Clone:
    """A repository elsewhere, copied."""

    def __init__(self, plan: Plan, entry: Entry) -> None:
        variable = dict(plan.tokens).get(host_of(entry.place), "")
        self._token = os.environ.get(variable, "") if variable else ""
        self._path = clone_folder(plan, entry)
        self._plan, self._entry = plan, entry
        self._mirror = Mirror(self._path, entry.place, plan.protocols, self._token, plan.max_clone_bytes)
        self._refs: RemoteRefs | None = None
        self._is_new = False

    def stamp(self) -> str:
        try:
            self._refs = refs = self._patiently(self._mirror.ask)
        except NothingReadError:
            if not self._mirror.is_made():  # a long list of dead addresses would leave as many folders
                shutil.rmtree(self._path, ignore_errors=True)
            raise
        return hashlib.sha256(b"\n".join((refs.head_ref, *refs.lines))).hexdigest()

    def bring(self) -> Path:
        assert self._refs is not None
        self._is_new = not self._mirror.is_made()
        kin.adopt(self._plan, self._entry, self._mirror, self._refs)
        self._patiently(functools.partial(self._mirror.update, self._refs))
        return self._path

    def has_changed(self, stamp: str) -> bool:
        return False  # what was pushed since `stamp` is seen by the next run

    def done(self) -> None:
        if self._is_new and self._refs is not None:
            kin.make_known(self._plan, self._entry, self._refs)

    def used(self) -> int:
        return disk_bytes(self._path)

    def _patiently(self, work: Callable[[], T]) -> T:
        """Again, a little later, where the server is only busy."""
        for pause_s in (*_PAUSES_S, 0.0):
            try:
                return work()
            except TooLargeError as error:
                raise NothingReadError("too-large", f"{error}: --disk allows more") from None
            except GitError as error:
                complaint = str(error)
                if self._token and self._token in complaint:
                    complaint = "git failed"
                if not pause_s or not any(word in complaint for word in _BUSY):
                    raise NothingReadError("unreachable", complaint + _advice(complaint)) from None
            time.sleep(pause_s)
        raise AssertionError


def _advice(complaint: str) -> str:
    """What to do about what git complains of, where its words do not say."""
    return next((f": {advice}" for said, advice in _ADVICE if said.search(complaint)), "")


def clone_folder(plan: Plan, entry: Entry) -> Path:
    """Where the copy of a remote one lies."""
    return plan.clones / f"{entry.id}.git"


def host_of(address: str) -> str:
    """`git.example.com` or `git.example.com:8443`, without a user."""
    _, _, rest = address.partition("://")
    return rest.partition("/")[0].rpartition("@")[2].lower()


def _scan(plan: Plan, entry: Entry, folder: Path, timeout_s: float, detector: Detector) -> Outcome:
    cache = plan.cache / entry.id if plan.cache else None
    layout = find_layout(folder)
    is_large = layout is not None and disk_bytes(layout.objects / "pack") >= LARGE_BYTES
    jobs = (os.cpu_count() or 1) if is_large else 1
    options = replace(plan.options, timeout_s=timeout_s, cache=cache, jobs=jobs)
    result = Scan(plan.rules, options, now=plan.now, detector=detector).run([str(folder)])
    result = _renamed(result, str(folder), entry.name)
    if entry.is_remote:  # what a server gave away is published
        result = replace(result, findings=tuple(map(_published, result.findings)))
    outcome = _outcome(result, plan)
    if layout is None:
        return outcome
    refs = read_refs(layout, Faults())
    said = b"".join(ref.oid.encode() + b" " + ref.name + b"\n" for ref in refs.refs)
    return replace(outcome, head=refs.head or "", refs=hashlib.sha256(said).hexdigest())


def _renamed(result: ScanResult, folder: str, name: str) -> ScanResult:
    """Where the repository lies on this machine is not told: reports of the same content are the same."""
    failures = [
        Failure(f.kind, f.where.replace(folder, name), f.reason.replace(folder, name))
        for f in result.failures
    ]
    skipped = [replace(skipped, where=skipped.where.replace(folder, name)) for skipped in result.skipped]
    return replace(result, target=name, failures=tuple(failures), skipped=tuple(skipped))


def _published(finding: Finding) -> Finding:
    if not finding.exposure.refs:
        return finding
    return replace(finding, exposure=replace(finding.exposure, published=True))


def _outcome(result: ScanResult, plan: Plan) -> Outcome:
    options = RenderOptions(finished=plan.now, sarif_history=True)
    coverage = result.coverage
    return Outcome(
        state="complete" if result.complete else "incomplete",
        report=render("json", result, options),
        sarif=render("sarif", _with_own_rules(result), options),
        findings=len(result.findings),
        failures=len(result.failures),
        until=_valid_until(result, plan),
        coverage={"files": coverage.files, "blobs": coverage.blobs, "commits": coverage.commits,
                  "tags": coverage.tags, "bytes": coverage.bytes},
    )  # fmt: skip


def _with_own_rules(result: ScanResult) -> ScanResult:
    """Without the hundreds of rules that found nothing: thousands of reports would repeat them."""
    own = {finding.rule_id for finding in result.findings}
    return replace(result, rules=tuple(rule for rule in result.rules if rule.rule_id in own))


def _valid_until(result: ScanResult, plan: Plan) -> float:
    """From then on the report would read otherwise though the repository is the same: ages, and what expires."""
    moments = [plan.now + 365 * _DAY_S]
    for finding in result.findings:
        introduced, days = finding.exposure.introduced, finding.exposure.days
        if introduced is not None and days is not None:
            moments.append(introduced.commit.timestamp + (days + 1) * _DAY_S)
    if any(allow.expires for allow in plan.options.policy.config.allow):
        moments.append((plan.now // _DAY_S + 1) * _DAY_S)
    return min(moments)
