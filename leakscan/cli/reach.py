"""Makes sure that a CI job's clone holds what the run is about: a shallow one is deepened, never guessed at."""

from __future__ import annotations

from dataclasses import replace

from leakscan.ci.run import NO_POLICY, CiRun, is_oid
from leakscan.errors import UnreadError
from leakscan.gitstore.fetch import fetch
from leakscan.gitstore.layout import Layout
from leakscan.gitstore.quick import QuickStore
from leakscan.scanning.changes import Range

_STEPS = ("--deepen=50", "--deepen=1000", "--unshallow")


class Reach:
    """`may_fetch`: `origin` may be asked for what is not here."""

    def __init__(self, layout: Layout, *, may_fetch: bool) -> None:
        self._layout = layout
        self._may_fetch = may_fetch
        self._complaint = ""
        self._gone: set[str] = set()

    def prepare(self, run: CiRun) -> tuple[CiRun, Range]:
        """The run with what turned out to be gone left out, and its range. UnreadError if there is no verdict without
        what is missing."""
        if run.nothing:
            return run, Range(())
        if run.whole:
            self._deepen_all()
            return run, Range(("HEAD",))
        for how in _STEPS if self._is_shallow() else ("",):
            wanted = self._lacking(run)
            if not wanted or not self._may_fetch:
                break
            self._fetch(wanted, how if self._is_shallow() else "")
        return self._settled(run)

    def _settled(self, run: CiRun) -> tuple[CiRun, Range]:
        found = self._found(run)
        if run.head not in found or (run.base_needed and run.base not in found):
            gone = run.base if run.head in found else run.head
            why = f" ({self._complaint})" if self._complaint else ""
            raise UnreadError(
                f"commit {gone} is not in this clone and could not be fetched{why}:"
                " check out with fetch-depth: 0 (GitLab: GIT_DEPTH: 0)"
            )
        if run.base in found:
            return run, Range((run.head,), (run.base,))
        if run.base:  # forced over commits that nobody has any more
            run = replace(run, base="", policy=run.policy and (run.fallback or NO_POLICY))
        return run, Range((run.head,), (), (run.fallback,) if run.fallback in found else ())

    def _found(self, run: CiRun) -> dict[str, str]:
        with QuickStore(self._layout, all_refs=True) as store:
            return store.resolve([run.head, run.base, run.fallback])

    def _lacking(self, run: CiRun) -> list[str]:
        """What to fetch: the ends that are not here, or both if the history ends within the range."""
        with QuickStore(self._layout, all_refs=True) as store:
            found = store.resolve([run.head, run.base, run.fallback])
            # Ids only: git could take a name for an option, or for a ref to write.
            absent = [end for end in (run.head, run.base) if is_oid(end) and end not in found]
            ends = [end for end in absent if end not in self._gone]
            if run.fallback and run.base not in found and run.fallback not in found:
                branch = run.fallback.removeprefix("refs/remotes/origin/")
                spec = f"+refs/heads/{branch}:{run.fallback}"
                ends += [] if spec in self._gone else [spec]
            if ends or run.head not in found:
                return ends
            known = run.base if run.base in found else run.fallback
            commits = store.commits_between([found[run.head]], [found[known]] if known in found else [])
            cut = store.shallow.intersection(commits)
            return [end for end in (found[run.head], found.get(known, "")) if end] if cut else []

    def _fetch(self, wanted: list[str], how: str) -> None:
        """All at once; if `origin` refuses, one by one: what was forced away is refused, and the rest with it."""
        self._complaint = fetch(self._layout, wanted, how)
        if self._complaint:
            for one in wanted:
                complaint = fetch(self._layout, [one], how)
                if complaint:
                    self._gone.add(one)

    def _is_shallow(self) -> bool:
        return (self._layout.common_dir / "shallow").exists()

    def _deepen_all(self) -> None:
        if self._may_fetch and self._is_shallow():
            self._complaint = fetch(self._layout, [], "--unshallow")
