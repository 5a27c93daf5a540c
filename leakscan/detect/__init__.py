"""Decides: bytes come in, matches go out. Cheapest sound test first; see docs/detection.md."""

from leakscan.detect.candidate import Candidate, Match
from leakscan.detect.decode import as_utf8
from leakscan.detect.detector import NOTHING, Detector, Inspection
from leakscan.detect.pem import DER_HEAD
from leakscan.detect.spans import Cover
from leakscan.detect.unfold import Unfolded, unfold

__all__ = [
    "DER_HEAD",
    "NOTHING",
    "Candidate",
    "Cover",
    "Detector",
    "Inspection",
    "Match",
    "Unfolded",
    "as_utf8",
    "unfold",
]
