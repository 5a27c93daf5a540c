"""The short, local marks that every finding must contain: what the history engine and the detectors both look for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakscan.anchors.bare import bare_values, begins_bare
from leakscan.anchors.spec import KEY_HEAD, LONGEST_TOKEN, PHRASE_WORDS, SHORTEST_TOKEN, AnchorSpec

if TYPE_CHECKING:
    from leakscan.anchors.reference import Matcher
    from leakscan.anchors.reference_hidden import count_nuls, find_hidden, find_wide
    from leakscan.anchors.reference_words import Words

    COMPILED: bool
else:
    try:
        from leakscan.anchors._matcher import Matcher, Words, count_nuls, find_hidden, find_wide

        COMPILED = True
    except ImportError:
        from leakscan.anchors.reference import Matcher
        from leakscan.anchors.reference_hidden import count_nuls, find_hidden, find_wide
        from leakscan.anchors.reference_words import Words

        COMPILED = False

__all__ = [
    "COMPILED",
    "KEY_HEAD",
    "LONGEST_TOKEN",
    "PHRASE_WORDS",
    "SHORTEST_TOKEN",
    "AnchorSpec",
    "Matcher",
    "Words",
    "bare_values",
    "begins_bare",
    "count_nuls",
    "find_hidden",
    "find_wide",
]
