"""A result as it may be shown: no value in any text that the repository chose."""

from __future__ import annotations

import re

from leakscan.detect.randomness import MIN_RANDOM_BITS, randomness_bits
from leakscan.findings.collect import Collector
from leakscan.findings.hiding import hide, texts_of
from leakscan.findings.identity import preview
from leakscan.model import ScanResult, Secret

_RUN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]{32,}(?![A-Za-z0-9])", re.ASCII)
_OF_GIT = re.compile(r"[0-9a-f]+\Z")


def masked(result: ScanResult, collector: Collector) -> ScanResult:
    """The result without the values that were found, and without what is as random in a name, author or reason."""
    texts = texts_of(result)
    runs = {run for text in texts for run in _RUN.findall(text)}
    return hide(result, texts, collector.masks(Secret(run.encode()) for run in runs if _is_random(run)))


def without_random(text: str) -> str:
    """A text of which nobody knows what it quotes, without what is as random as a value."""
    return _RUN.sub(lambda run: preview(Secret(run[0].encode())) if _is_random(run[0]) else run[0], text)


def _is_random(run: str) -> bool:
    return not _OF_GIT.match(run) and randomness_bits(run.encode()) >= MIN_RANDOM_BITS
