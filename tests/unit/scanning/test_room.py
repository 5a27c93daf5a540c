import os

import pytest

from leakscan.detect import Detector
from leakscan.model import Blob, WorktreeFile
from leakscan.rules import load_rules
from leakscan.rules.fake import fill
from leakscan.scanning.reader import Reader
from leakscan.scanning.room import Room

DETECTOR = Detector(load_rules())
REASON = "more values than there is memory for: not all of it was looked at; give it more --max-memory"


def keys(count: int, seed: int = 0) -> bytes:
    lines = (fill(f"BINANCE_API_KEY_{n} = '{{alnum:64}}'\n", seed + n) for n in range(count))
    return "".join(lines).encode()


def test_a_value_that_is_known_takes_less_than_a_new_one() -> None:
    assert Room(20_000).take([b"1", b"2", b"3", b"4", b"5"]) == 3
    assert Room(20_000).take([b"1", b"1", b"1", b"1", b"1"]) == 5


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no worker processes")
def test_what_a_worker_takes_is_taken_for_all() -> None:
    room = Room(12_000)
    if not (process := os.fork()):
        room.take([b"1"])
        os._exit(0)
    os.waitpid(process, 0)
    assert room.most == 1


def test_what_there_is_no_memory_for_is_told_and_what_was_found_before_is_kept() -> None:
    reader = Reader(DETECTOR, room=Room(30_000))
    (sighting,) = reader.read([Blob("", keys(9), WorktreeFile(b"many"))])
    assert len(sighting.inspection.candidates) == len(sighting.places) == len(sighting.marks) == 5
    assert [(f.kind, f.where, f.reason) for f in reader.failures] == [("too-large", "many", REASON)]


def test_once_memory_is_gone_only_content_without_an_anchor_is_no_failure() -> None:
    reader = Reader(DETECTOR, room=Room(12_000))
    others = [Blob("", b"nothing", WorktreeFile(b"none")), Blob("", keys(1, 9), WorktreeFile(b"more"))]
    reader.read([Blob("", keys(2), WorktreeFile(b"two"))])
    assert reader.failures == []
    assert reader.read(others) == []
    assert [failure.where for failure in reader.failures] == ["more"]


@pytest.mark.parametrize("form", ["{alnum:64}", "{hex:32}"])
def test_values_beyond_the_most_that_one_content_may_have_are_told(
    form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = "".join(fill(f"KRAKEN_BINANCE_OKX_API_SECRET_{n} = '{form}'\n", n) for n in range(5)).encode()
    assert not DETECTOR.inspect(data).cut
    for module in ("tokens", "detector"):
        monkeypatch.setattr(f"leakscan.detect.{module}.MOST_VALUES", 3)
    assert Detector(load_rules()).inspect(data).cut


def test_a_content_gives_no_more_candidates_than_are_asked_for() -> None:
    asked = DETECTOR.inspect(keys(5), most=3)
    assert (len(asked.candidates), asked.cut) == (3, True)
    assert not DETECTOR.inspect(keys(3), most=3).cut
