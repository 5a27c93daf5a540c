"""Decides: bytes come in, matches go out. Cheapest sound test first; see docs/detection.md."""

from leakscan.detect.candidate import Candidate, Match
from leakscan.detect.decode import as_utf8
from leakscan.detect.detector import Detector, Inspection

__all__ = ["Candidate", "Detector", "Inspection", "Match", "as_utf8"]
