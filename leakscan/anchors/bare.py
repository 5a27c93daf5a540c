"""Content that is nothing but values: a key above its secret in `kraken.key`. No anchor stands in it, for only its path
says what it is."""

from __future__ import annotations

import re

from leakscan.anchors.spec import LONGEST_TOKEN, SHORTEST_TOKEN

MOST_BYTES = 512
_BEFORE, _MOST_VALUES = 11, 4  # bytes of a mark, spaces, brackets and a quote
_BEGIN = re.compile(rb"[^A-Za-z0-9+/_-]{0,%d}[A-Za-z0-9+/_-]{%d}" % (_BEFORE, SHORTEST_TOKEN))
_VALUE = re.compile(rb"[A-Za-z0-9+/_-]{%d,%d}" % (SHORTEST_TOKEN, LONGEST_TOKEN))
_DIGITS, _DIGESTS = re.compile(rb"[0-9a-f-]+|[0-9A-F-]+"), {40, 64}
_BETWEEN = rb"[\s\[\](){}<>\"',;:|]"
# A short word may follow them: a passphrase.
_WHOLE = re.compile(
    rb"(?:\xef\xbb\xbf)?%s{0,8}((?:%s={0,2}(?:%s{1,12}|\Z)){1,%d})(?:[!-~]{1,24}\s{0,8})?"
    % (_BETWEEN, _VALUE.pattern, _BETWEEN, _MOST_VALUES)
)


def begins_bare(data: bytes) -> bool:
    """The cheap test: it is small, and begins with what may be a value."""
    return len(data) <= MOST_BYTES and _BEGIN.match(data) is not None


def bare_values(data: bytes) -> list[tuple[int, int]]:
    """The places of the values, without padding, in content that is nothing else. Ids of objects, UUIDs and digests,
    which stand alone in many thousands of files, are none."""
    whole = _WHOLE.fullmatch(data) if begins_bare(data) else None
    if whole is None:
        return []
    values = [found.span() for found in _VALUE.finditer(data, *whole.span(1))]
    digits = {end - start for start, end in values if _DIGITS.fullmatch(data, start, end)}
    return [] if digits & _DIGESTS or (digits and len(values) == 1) else values
