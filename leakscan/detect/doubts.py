"""What speaks against a value that would be a finding: where it stands, and what is said beside it."""

from __future__ import annotations

from collections.abc import Collection

from leakscan.detect.candidate import Candidate, Venue
from leakscan.detect.context import Tier
from leakscan.detect.evidence import may_be_of_wallet
from leakscan.detect.lazy import lazy
from leakscan.detect.words import EXAMPLE_PATHS, VENDORED_PATHS
from leakscan.model import Confidence

_MANY_WALLETS = 3
_PATH_WORD = lazy(r"[a-z]+")
_SETTINGS = lazy(
    rb"(?i)\.(?:ya?ml|json|env|txt|ini|toml|cfg|conf|properties)\Z"
    rb"|(?:\A|/)(?:(?:api|my)[_-]?)?(?:keys?|secrets?|credentials?)(?:[_-](?:keys?|secrets?))?\.[a-z]{2,5}\Z"
)


def is_example_path(path: bytes) -> bool:
    return not EXAMPLE_PATHS.isdisjoint(_PATH_WORD.findall(path.decode("utf-8", "replace").lower()))


def is_vendored_path(path: bytes) -> bool:
    return not VENDORED_PATHS.isdisjoint(path.decode("utf-8", "replace").lower().split("/")[:-1])


def told_venue(candidate: Candidate, paths: Collection[bytes]) -> Venue | None:
    """What the text says; of a private key in a copy of somebody else's library only what it stands under."""
    venue = candidate.venue
    by_the_way = candidate.key is not None and venue is not None and venue.tier < Tier.PARENT
    return None if by_the_way and paths and all(map(is_vendored_path, paths)) else venue


def doubted(
    confidence: Confidence,
    candidate: Candidate,
    venue: Venue | None,
    paths: Collection[bytes],
    beside: Collection[Candidate],
    *,
    lone: bool,
) -> tuple[Confidence, list[str]]:
    """Where the exchange is named, or a pair stands in settings, tests and documents never bring a finding below
    medium; what is copied from somebody else's library or said to be made up may get there, the keys of many wallets
    in a test, and a `lone` value that only its name tells. `beside`: all candidates of the same content."""
    doubts = []
    if paths and all(map(is_example_path, paths)):
        vector = venue is not None and venue.tier < Tier.PARENT and _is_of_many_wallets(candidate, beside)
        told = venue is not None or (_is_of_pair(candidate) and all(map(_is_of_settings, paths)))
        for _ in range(2 if vector else 1):
            confidence = _lowered(confidence, named=told and not vector and not lone)
        doubts.append("in a path of tests, documents or examples")
    if paths and all(map(is_vendored_path, paths)):
        own_name = venue is not None and venue.tier is Tier.LABEL
        for _ in range(1 if own_name or candidate.key else 2):
            confidence = _lowered(confidence, named=own_name)
        doubts.append("in a copy of somebody else's library")
    if candidate.mock:
        confidence = _lowered(confidence, named=False)
        doubts.append("the text beside it says that it is made up")
    return confidence, doubts


def _is_of_settings(path: bytes) -> bool:
    return _SETTINGS.search(path) is not None


def _is_of_pair(candidate: Candidate) -> bool:
    """A key beside its secret, both by name: `configs/test.yml`, `tests/key_secret.php`."""
    return candidate.partner is not None and candidate.label.kind == "named"


def _is_of_many_wallets(candidate: Candidate, beside: Collection[Candidate]) -> bool:
    if not may_be_of_wallet(candidate):
        return False
    return len({other.identity for other in beside if may_be_of_wallet(other)}) >= _MANY_WALLETS


def _lowered(confidence: Confidence, *, named: bool) -> Confidence:
    """One step down; where the exchange is named, tests and documents lower a finding but never hide it."""
    floor = min(confidence, Confidence.MEDIUM) if named else Confidence.LOW
    return max(floor, Confidence(max(1, confidence - 1)))
