from collections.abc import Iterator

from leakscan.detect import Detector
from leakscan.model import Blob, Failure, Skipped, Stdin, StoredBlob, WorktreeFile
from leakscan.rules import load_rules
from leakscan.rules.fake import fill
from leakscan.scanning.reader import Reader
from leakscan.sources import Item

DETECTOR = Detector(load_rules())
PAIR = fill("BINANCE_API_KEY={alnum:64}\nBINANCE_API_SECRET={alnum:64}\n").encode()


def test_a_sighting_keeps_places_and_lets_the_content_go() -> None:
    reader = Reader(DETECTOR)
    (sighting,) = reader.read([Blob("", PAIR, WorktreeFile(b"a"))])
    assert sighting.places == ((1, 17, 1, 81), (2, 20, 2, 84))
    assert all(sighting.line_hashes)
    assert reader.coverage().files == 1
    assert reader.coverage().bytes == len(PAIR)


def test_history_has_no_line_hashes_for_its_lines_are_not_in_the_checkout() -> None:
    (sighting,) = Reader(DETECTOR).read([Blob("1", PAIR, StoredBlob("1"))])
    assert sighting.line_hashes == ("", "")


def test_skipped_and_failed_are_kept() -> None:
    reader = Reader(DETECTOR)
    items: list[Item] = [Skipped("a", "why"), Failure("vanished", "b", "gone"), Blob("", b"", Stdin())]
    assert reader.read(items) == []
    assert (reader.skipped, reader.failures) == (items[:1], items[1:2])


def test_a_scan_that_runs_out_of_time_says_so_and_reads_no_more() -> None:
    def endless() -> Iterator[Item]:
        while True:
            yield Blob("", PAIR, Stdin())

    reader = Reader(DETECTOR, timeout_s=0.05)
    assert reader.read(endless())
    assert [failure.kind for failure in reader.failures] == ["timeout"]
    assert reader.read([Blob("", PAIR, Stdin())]) == []
