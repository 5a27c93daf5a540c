"""One run: targets in, a `ScanResult` out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from leakscan.detect import Detector
from leakscan.errors import GitError, TargetError
from leakscan.findings.collect import Holding
from leakscan.gitstore import Layout, Store, find_enclosing, find_layout
from leakscan.gitstore.bounds import bounds
from leakscan.gitstore.packs import HALF, is_half
from leakscan.model import Blob, Failure, FailureKind, ScanResult, Skipped, StoredBlob, WorktreeFile
from leakscan.rules import RuleSet
from leakscan.scanning.lfs import contents_at_hand, is_at_hand, names_at_hand, names_stored
from leakscan.scanning.options import ScanOptions
from leakscan.scanning.outcome import open_session
from leakscan.scanning.placing import place
from leakscan.scanning.reader import Progress
from leakscan.scanning.recall import Recall, Recollection
from leakscan.scanning.sighting import Sighting
from leakscan.sources import Item
from leakscan.sources.leftovers import unfinished_packs, unseen_modules
from leakscan.sources.names import name_tests
from leakscan.sources.tree import iter_files, iter_folder

STDIN = "-"
_NESTED = "history of a nested repository: scan it by its own name"


class Scan:
    """Reads targets and reports. `stdin` gives the content of the target "-"; `now` is in seconds since the epoch,
    `detector` one of these rules that is there already."""

    def __init__(
        self,
        rules: RuleSet,
        options: ScanOptions,
        *,
        stdin: Callable[[], Item] | None = None,
        on_progress: Progress | None = None,
        now: float | None = None,
        detector: Detector | None = None,
    ) -> None:
        self._options = options
        self._stdin = stdin
        self._session = open_session(rules, options, on_progress=on_progress, now=now, detector=detector)
        self._detector = self._session.detector
        self._reader = self._session.reader
        self._collector = self._session.collector
        self._processes = {"jobs": options.jobs, "max_memory": options.max_memory}
        self.recall = Recall(options.cache, rules.digest) if options.cache else None

    def run(self, targets: Sequence[str]) -> ScanResult:
        """The report. Raises TargetError for a target that is not there, cannot be read or that the options do not fit;
        whatever else goes wrong is a `Failure` in the result."""
        for target in targets:
            if target != STDIN and not os.path.exists(target):
                raise TargetError(f"{target}: no such file or folder")
            if target != STDIN and not (os.path.isdir(target) or os.path.isfile(target)):
                raise TargetError(
                    f"{target}: neither a file nor a folder: to scan what it gives, pipe it to -"
                )
        for target in targets:
            self._scan_target(target)
        whole = self._options.tree is not False and self._options.history is not False
        return self._session.result(" ".join(targets), whole=whole)

    def holdings(self) -> dict[str, Holding]:
        """The values behind the findings of the runs so far, by fingerprint."""
        return self._collector.holdings()

    def _scan_target(self, target: str) -> None:
        path = Path(target)
        if target == STDIN:
            items = [self._stdin()] if self._stdin else []
            place(self._reader.read(items), None, self._detector, self._collector)
        elif not path.is_dir():
            self._scan_file(path)
        else:
            self._scan_directory(path)

    def _scan_directory(self, folder: Path) -> None:
        try:
            layout = find_layout(folder)
            enclosing = layout or find_enclosing(folder)
        except GitError as error:  # a .git that leads nowhere: the files are there all the same
            kind: FailureKind = "submodule-absent" if (folder / ".git").is_file() else "unreadable"
            self._reader.failures.append(Failure(kind, str(folder), str(error)))
            layout = enclosing = None
        if layout is not None:
            self._scan_repository(layout)
        else:
            self._scan_folder(folder, enclosing)

    def _scan_file(self, file: Path) -> None:
        """One file, under the name that the user gave it; who names a link means what it leads to."""
        self._refuse_history(file)
        name = os.fsencode(file)
        file = Path(os.path.realpath(file))
        for item in iter_files(file.parent, [os.fsencode(file.name)]):
            named = Blob(item.oid, item.data, WorktreeFile(name)) if isinstance(item, Blob) else item
            place(self._reader.read([named]), None, self._detector, self._collector)

    def _scan_folder(self, folder: Path, enclosing: Layout | None) -> None:
        if enclosing is None or enclosing.work_tree is None:
            self._refuse_history(folder)
            found = self._reader.read_files(folder, iter_folder(folder), **self._processes)
            place(found, None, self._detector, self._collector)
            return
        root = enclosing.work_tree.resolve()
        if self._options.history:
            raise TargetError(
                f"{folder}: a folder inside the repository {root}: scan that one for its history"
            )
        self._reader.skipped.append(Skipped(str(folder), f"history: scan {root} for that"))
        below = os.fsencode(folder.resolve().relative_to(root))
        with Store(enclosing) as store:
            inside = [entry for entry in self._worktree(store) if _name_of(entry).startswith(below + b"/")]
            if not any(isinstance(entry, bytes) for entry in inside):
                inside = list(iter_folder(root, below))  # git ignores it all: who names it wants it read
            found = self._reader.read_files(root, inside, **self._processes)
            place(found, None, self._detector, self._collector)
            self._keep_failures(store, history=False)

    def _scan_repository(self, layout: Layout) -> None:
        if layout.work_tree is None and self._options.tree:
            raise TargetError(f"{layout.git_dir}: a bare repository has no working tree: leave out --tree")
        if self._options.history is False and (layout.work_tree is None or self._options.tree is False):
            raise TargetError(f"{layout.git_dir}: neither files nor history: nothing of it would be read")
        unfinished = unfinished_packs(layout)
        with Store(layout) as store:
            sightings = []
            if layout.work_tree is not None and self._options.tree is not False:
                files = self._worktree(store)
                sightings += self._reader.read_files(layout.work_tree, files, **self._processes)
                sightings += self._reader.read_names(layout.work_tree)
            if self._options.history is False:
                sightings += self._read_large(layout, all_of_them=False)
                self._place(sightings, store)
            else:
                recollection = self._recollect(store)
                sightings += self._reader.read_history(store, self._options, recollection)
                sightings += self._reader.read_git_dir(store)
                sightings += self._reader.read_beside(unseen_modules(layout))
                sightings += self._read_large(layout, all_of_them=True)
                if self._options.check_objects:
                    store.check_objects()
                quiet = self._place_and_check(sightings, store)
                if recollection is not None and not self._reader.timed_out:
                    recollection.keep(store, self._reader.history, self._reader.found, quiet)
            self._keep_failures(store, history=self._options.history is not False)
        self._forgive_writing(unfinished, unfinished_packs(layout))

    def _forgive_writing(self, before: Mapping[str, object], after: Mapping[str, object]) -> None:
        """A pack that came, grew or went meanwhile is git's work, whose objects are elsewhere until it is done; one
        that stands still is damaged."""
        kept, reader = [], self._reader
        for failure in reader.failures:
            name = failure.where.partition("!")[0]
            went_on = failure.reason in HALF and not is_half(Path(failure.where))
            if went_on or before.get(name) != after.get(name):
                reader.skipped.append(Skipped(name, "a pack that git is writing"))
            else:
                kept.append(failure)
        reader.failures[:] = kept

    def _read_large(self, layout: Layout, *, all_of_them: bool) -> list[Sighting]:
        """What stands in the contents of Git LFS that are here: their pointers are no failures then. Those that no
        pointer leads to are part of what was."""
        failures = self._reader.failures
        names = names_at_hand(layout, failures)
        failures[:] = [failure for failure in failures if not is_at_hand(failure, names)]
        names |= names_stored(layout) if all_of_them else {}
        return self._reader.read(contents_at_hand(layout, names)) if names else []

    def _recollect(self, store: Store) -> Recollection | None:
        options = self._options
        if self.recall is None or options.full or not hasattr(os, "pread"):  # Windows
            return None
        return self.recall.open(store, bounds(options.max_memory, options.jobs))

    def _keep_failures(self, store: Store, *, history: bool) -> None:
        """That history is cut off is no failure of a scan that was not asked to read it."""
        kept = (f for f in store.failures if history or f.kind not in ("shallow", "partial-clone"))
        self._reader.failures += kept

    def _place(self, sightings: list[Sighting], store: Store) -> dict[str, int]:
        look = partial(self._reader.look_again, store)
        quiet = place(sightings, store, self._detector, self._collector, self._reader.read_beside, look)
        self._session.refs.update(store.refs_reaching(self._collector.commits()))
        return quiet

    def _place_and_check(self, sightings: list[Sighting], store: Store) -> dict[str, int]:
        """Where the findings stand, and beside that whether any object is missing: both wait for git. Returns what
        `place` does."""
        if self._reader.timed_out:
            return self._place(sightings, store)
        oids = {s.oid for s in sightings if isinstance(s.origin, StoredBlob)}
        traced = store.trace(oids, name_tests(self._detector))
        # One after the other: which of the two meets a damaged object first must not matter.
        if traced or store.failures:
            store.check_connectivity()
            return self._place(sightings, store)
        from concurrent.futures import ThreadPoolExecutor

        pool = ThreadPoolExecutor(1)
        try:
            checked = pool.submit(store.check_connectivity)
            quiet = self._place(sightings, store)
            checked.result()
            return quiet
        finally:
            pool.shutdown(wait=False)  # if something went wrong, closing the store ends the check

    def _worktree(self, store: Store) -> Iterator[bytes | Skipped | Failure]:
        """Files that git tracks, and those that it neither tracks nor ignores; those of nested repositories too."""
        root = store.layout.work_tree
        assert root is not None
        listing = store.tree_files(ignored=self._options.ignored)
        told = set(listing.paths)
        yield from listing.paths
        for nested in listing.nested:
            yield Skipped(os.fsdecode(nested), _NESTED)
            for entry in iter_folder(root, nested.rstrip(b"/")):
                if isinstance(entry, Failure) or (isinstance(entry, bytes) and entry not in told):
                    yield entry

    def _refuse_history(self, target: Path) -> None:
        if self._options.history:
            raise TargetError(f"{target}: not a git repository, it has no history: leave out --history")


def _name_of(entry: bytes | Skipped | Failure) -> bytes:
    return entry if isinstance(entry, bytes) else os.fsencode(entry.where)
