from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from leakscan.detect import Detector
from leakscan.gitstore.bounds import Bounds
from leakscan.model import Blob, Failure, Skipped
from leakscan.rules import load_rules
from leakscan.rules.fake import fill
from leakscan.scanning import files
from leakscan.scanning.files import Share, view_files
from leakscan.scanning.reader import Reader
from leakscan.scanning.sighting import Look
from leakscan.sources.tree import Entry

DETECTOR = Detector(load_rules())


def _tree(root: Path, count: int) -> list[Entry]:
    for number in range(count):
        text = fill("BINANCE_API_KEY={alnum:64}\nBINANCE_API_SECRET={alnum:64}\n", number)
        (root / f"{number:03}.env").write_text(text if number % 7 == 0 else "nothing\n")
    return [b"%03d.env" % number for number in range(count)]


def _look(blob: Blob) -> Look | None:
    return Look(len(blob.data), None) if blob.data else None


def _sum(shares: list[Share | None]) -> tuple[int, int, int]:
    told = [share for share in shares if share is not None]
    return sum(s.files for s in told), sum(s.size for s in told), sum(len(s.looks) for s in told)


@pytest.mark.parametrize("threshold", [-1.0, 1e9], ids=["workers", "alone"])
def test_every_file_is_looked_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, threshold: float
) -> None:
    monkeypatch.setattr(files, "_WORTH_FORKING_S", threshold)
    entries = [*_tree(tmp_path, 300), Skipped("x", "why"), Failure("vanished", "y", "gone")]
    shares = list(view_files(tmp_path, entries, _look, 2))
    size = sum(file.stat().st_size for file in tmp_path.iterdir())
    assert _sum(shares) == (300, size, 300)
    told = [share for share in shares if share is not None]
    assert [s for share in told for s in share.skipped] == [Skipped("x", "why")]
    assert [f.kind for share in told for f in share.failures] == ["vanished"]


@pytest.mark.parametrize(("threshold", "alone"), [(1e9, True), (-1.0, False)])
def test_workers_do_the_work_only_if_it_pays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, threshold: float, alone: bool
) -> None:
    def look(blob: Blob) -> Look | None:
        return Look(os.getpid(), None)

    monkeypatch.setattr(files, "_WORTH_FORKING_S", threshold)
    shares = view_files(tmp_path, _tree(tmp_path, 200), look, 2)
    pids = {found.published for share in shares if share for found in share.looks}
    assert (pids == {os.getpid()}) == alone


def test_sightings_are_the_same_for_any_number_of_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_WORTH_FORKING_S", -1.0)
    entries = _tree(tmp_path, 150)
    alone, beside = (Reader(DETECTOR).read_files(tmp_path, entries, jobs=jobs) for jobs in (1, 3))
    assert len(alone) == 22
    assert alone == beside


def test_files_of_a_worker_that_is_killed_twice_are_failures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_WORTH_FORKING_S", -1.0)
    parent = os.getpid()
    (tmp_path / "bad").write_text("bad")

    def look(blob: Blob) -> Look | None:
        if blob.data == b"bad" and os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
        return _look(blob)

    entries = [*_tree(tmp_path, 100), b"bad"]
    shares = [share for share in view_files(tmp_path, entries, look, 2) if share is not None]
    failures = [failure for share in shares for failure in share.failures]
    assert {failure.kind for failure in failures} == {"unreadable"}
    assert "bad" in {failure.where for failure in failures}
    assert sum(share.files for share in shares) + len(failures) == 101


@pytest.mark.parametrize("threshold", [-1.0, 1e9], ids=["workers", "alone"])
def test_what_is_too_large_for_all_at_once_is_read_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, threshold: float
) -> None:
    monkeypatch.setattr(files, "_WORTH_FORKING_S", threshold)
    here = os.getpid()
    entries = _tree(tmp_path, 40)
    for name, size in ((b"a", 1_001), (b"b", 5_000), (b"c", 5_001), (b"d", 1_000)):
        (tmp_path / name.decode()).write_bytes(b"x" * size)
        entries.append(name)

    def look(blob: Blob) -> Look | None:
        return Look(os.getpid(), ()) if len(blob.data) > 1_000 else _look(blob)

    shares = [share for share in view_files(tmp_path, entries, look, 2, Bounds(1, 1_000, 5_000)) if share]
    assert [(f.kind, f.where) for share in shares for f in share.failures] == [("too-large", "c")]
    assert sum(share.files for share in shares) == 43
    assert [found.published for share in shares[-3:] for found in share.looks] == [here, here]


def test_a_scan_of_files_that_runs_out_of_time_says_so(tmp_path: Path) -> None:
    reader = Reader(DETECTOR, timeout_s=1e-9)
    assert reader.read_files(tmp_path, _tree(tmp_path, 5), jobs=1) == []
    assert [failure.kind for failure in reader.failures] == ["timeout"]
