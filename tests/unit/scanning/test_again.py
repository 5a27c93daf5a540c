"""What need not be looked at again is what would be seen again."""

from __future__ import annotations

from leakscan.detect import Detector
from leakscan.model import Blob, CommitMessage, Origin, StoredBlob
from leakscan.rules import load_rules
from leakscan.rules.fake import fill
from leakscan.scanning.again import Found, awake, checksum, find_alike, find_quiet, see_again, unseen
from leakscan.scanning.room import Room
from leakscan.scanning.sighting import Look, Sighting, look

DETECTOR = Detector(load_rules())
PAIR = fill("BINANCE_API_KEY={alnum:64}\nBINANCE_API_SECRET={alnum:64}\n", 1)
PLENTY = 1 << 20


def seen_in(oid: str, text: str, origin: Origin | None = None) -> Look:
    found = look(DETECTOR, lambda _: True, Blob(oid, text.encode(), origin or StoredBlob(oid)), Room(PLENTY))
    assert found is not None
    return found


def seen(**texts: str) -> Found:
    return {oid: [seen_in(oid, text)] for oid, text in texts.items()}


def told(looks: Found, oid: str) -> list[tuple[object, ...]]:
    """What a report says of it: values, judgements and places."""
    return [
        (
            DETECTOR.judge(s.inspection, (b"x.env",))[0].reasons,
            s.places,
            s.origin,
            len(s.inspection.candidates),
        )
        for one in looks[oid]
        for s in one.sightings
    ]


def test_a_version_that_says_the_same_elsewhere_is_seen_by_the_first_one() -> None:
    found = seen(a=PAIR, b=f"# longer\n\n{PAIR}", c=f"{PAIR}\nTZ=UTC\n")
    alike = find_alike(found)
    assert {oid: first for oid, (first, _) in alike.items()} == {"b": "a", "c": "a"}
    again = dict(see_again(alike, {"a": found["a"]}, {"b", "c"}, Room(PLENTY)))
    for oid in "bc":
        assert told(again, oid) == told(found, oid)


def test_what_is_said_of_a_value_must_be_the_same() -> None:
    live, test = PAIR, f"# https://testnet.binance.vision\n{PAIR}"
    assert find_alike(seen(a=live, b=test)) == {}
    assert find_alike(seen(a=live, b=PAIR.replace("SECRET", "SECRET_X"))) == {}
    assert find_alike(seen(a=live, b=live.partition("\n")[0])) == {}


def test_messages_of_commits_and_what_was_not_seen_whole_are_looked_at() -> None:
    found = {oid: [seen_in(oid, PAIR, CommitMessage(oid))] for oid in "ab"}
    assert find_alike(found) == {}
    [whole] = seen(a=PAIR)["a"]
    (cut,) = look(DETECTOR, lambda _: True, Blob("b", PAIR.encode(), StoredBlob("b")), Room(10_000)).failures  # type: ignore[union-attr]
    assert find_alike({"a": [whole], "b": [Look(0, whole.sightings, (cut,))]}) == {}


def test_what_does_not_fit_is_not_made_up() -> None:
    found = seen(a=PAIR)
    fits = [1, 2, 3, 4] * 2
    assert dict(see_again({"b": ("a", fits)}, found, {"b"}, Room(PLENTY)))
    assert not dict(see_again({"b": ("a", fits)}, found, set(), Room(PLENTY)))  # it is not there
    assert not dict(see_again({"b": ("a", fits[4:])}, found, {"b"}, Room(PLENTY)))
    assert not dict(see_again({"b": ("a", fits * 2)}, found, {"b"}, Room(PLENTY)))
    assert not dict(see_again({"b": ("x", fits)}, found, {"b"}, Room(PLENTY)))
    assert not dict(see_again({"b": ("a", fits)}, found, {"b"}, Room(7_000)))


def test_examples_of_documents_count_in_each_version() -> None:
    found = {oid: [Look(3, ())] for oid in "ab"}
    again = dict(see_again(find_alike(found), {"a": found["a"]}, {"b"}, Room(PLENTY)))
    assert [one.published for one in again["b"]] == [3]


def test_what_held_nothing_is_looked_at_only_at_other_paths() -> None:
    found = seen(b=PAIR)
    here, there = checksum([b"x", b"y"]), checksum([b"x"])
    assert checksum([b"y", b"x", b"y"]) == here != there
    quiet = find_quiet(found, {"b": here, "q": there}, {"q": (2, 0)})
    assert quiet == {"b": (0, here), "q": (2, there)}
    asked: list[str] = []

    def look_again(oids: list[str]) -> list[Sighting]:
        asked.extend(oids)
        return [s for oid in oids for s in found[oid][0].sightings]

    first, last = (seen_in(oid, PAIR).sightings[0] for oid in "az")
    standing = [first, *unseen({"b": (0, here)}, {"b"}), last]
    assert list(awake(standing, {"b": here}, look_again)) == [first, last]  # type: ignore[arg-type]
    assert asked == []
    assert list(awake(standing, {"b": there}, look_again)) == [first, *found["b"][0].sightings, last]  # type: ignore[arg-type]
    assert asked == ["b"]
    assert unseen({"b": (0, here)}, set()) == []
