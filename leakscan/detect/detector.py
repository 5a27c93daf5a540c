"""The stages in order: anchors, randomness, what stands around, pairs; then, once its paths are known, judgement."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Collection
from dataclasses import dataclass

from leakscan.detect.anchors import LONGEST_ESCAPE, RUN, iter_anchors
from leakscan.detect.candidate import Candidate, Match
from leakscan.detect.context import context_windows
from leakscan.detect.crowd import mark_crowds
from leakscan.detect.encoded import is_armoured, is_piece_of_encoding
from leakscan.detect.judge import Judge
from leakscan.detect.label import Label, Labeller
from leakscan.detect.pair import pair
from leakscan.detect.pem import LITERALS, read_private_keys
from leakscan.detect.privatekey import PrivateKey
from leakscan.detect.randomness import MIN_RANDOM_BITS, hex_randomness_bits, is_hex_lower, randomness_bits
from leakscan.detect.venue import Named, Venues
from leakscan.model import Part, Secret, Span
from leakscan.rules import RUN_LENGTH, RuleSet


@dataclass(frozen=True, slots=True)
class Inspection:
    """What one content holds. `published` counts the example values of official documents that were left out."""

    candidates: tuple[Candidate, ...] = ()
    published: int = 0


NOTHING = Inspection()


class Detector:
    """Finds credentials by a rule set. Holds compiled things only: safe to share, cheap to ask.

    Content without a run of letters and digits of `run_lengths` (both inclusive) and without one of `literals` holds
    no candidate, unless it is UTF-16 or UTF-32."""

    run_lengths = (RUN_LENGTH, RUN_LENGTH + LONGEST_ESCAPE)
    literals = LITERALS

    def __init__(self, rules: RuleSet) -> None:
        strong: dict[str, Part] = {}
        weak: dict[str, Part] = {}
        for exchange in rules.exchanges:
            for rule in exchange.rules:
                strong.update(dict.fromkeys(rule.names, rule.part))
                weak.update(dict.fromkeys(rule.weak_names, rule.part))
        self._labeller = Labeller(strong, weak)
        self._published = rules.published
        self._venues = Venues(rules, self._labeller)
        self._judge = Judge(rules, self._venues)

    def inspect(self, data: bytes) -> Inspection:
        """Every value in UTF-8 (or unknown) content that could be a credential, with its evidence."""
        runs: list[tuple[Span, bool, float]] = []
        keys = read_private_keys(data)
        hexadecimal: bool | None = None
        for anchor in iter_anchors(data, RUN_LENGTH):
            if anchor.kind != RUN:
                continue
            value = data[anchor.span.start : anchor.span.end]
            if is_hex_lower(value):
                if hexadecimal is None:
                    hexadecimal = self._venues.may_hold_hexadecimal(data)
                bits = hex_randomness_bits(value) if hexadecimal else 0.0
            else:
                bits = randomness_bits(value)
            if bits >= MIN_RANDOM_BITS and not is_piece_of_encoding(data, anchor.span):
                runs.append((anchor.span, is_hex_lower(value), bits))
        if not runs and not keys:
            return NOTHING
        return self._weigh(data, runs, keys)

    def _weigh(self, data: bytes, runs: list[tuple[Span, bool, float]], keys: list[PrivateKey]) -> Inspection:
        spans = [span for span, _, _ in runs] + [key.span for key in keys]
        mentions = self._venues.mentions(data, context_windows(data, spans))
        known = {key.identity for key in keys if self._is_published(key.identity)}
        candidates = [self._key_candidate(data, key, mentions) for key in keys if key.identity not in known]
        published = sum(key.identity in known for key in keys)
        floor = 0
        starts = [key.span.start for key in keys]
        for span, hexadecimal, bits in runs:
            value = data[span.start : span.end]
            above = bisect_right(starts, span.start)
            if above and span.start < keys[above - 1].span.end:
                continue
            if self._is_published(hashlib.sha256(value).hexdigest().encode()):
                published += 1
            elif candidate := self._run_candidate(data, span, floor, hexadecimal, bits, mentions):
                candidates.append(candidate)
            floor = span.end
        candidates.sort(key=lambda candidate: candidate.span)
        return Inspection(tuple(pair(data, mark_crowds(candidates))), published)

    def _is_published(self, digest: bytes) -> bool:
        return digest.decode() in self._published

    def _key_candidate(self, data: bytes, key: PrivateKey, mentions: Named) -> Candidate:
        label = self._labeller.label(data, key.span, 0)
        venue = self._venues.nearest(data, key.span, label, mentions, hexadecimal=False)
        secret = Secret(data[key.span.start : key.span.end])
        return Candidate(key.span, secret, key.identity, False, 0.0, key, label, venue)

    def _run_candidate(
        self, data: bytes, span: Span, floor: int, hexadecimal: bool, bits: float, mentions: Named
    ) -> Candidate | None:
        label = self._labeller.label(data, span, floor)
        if label.kind == "negative" or (is_armoured(data, span) and not _is_on_line(data, label, span)):
            return None
        venue = self._venues.nearest(data, span, label, mentions, hexadecimal=hexadecimal)
        value = data[span.start : span.end]
        return Candidate(span, Secret(value), value, hexadecimal, bits, None, label, venue)

    def judge(self, inspection: Inspection, paths: Collection[bytes] = ()) -> list[Match]:
        """The matches among the candidates of content that stands at `paths`."""
        candidates = inspection.candidates
        judged = (
            self._judge.judge(candidate, _partner(candidate, candidates), paths) for candidate in candidates
        )
        return [match for match in judged if match is not None]


def _is_on_line(data: bytes, label: Label, span: Span) -> bool:
    """A name on the value's own line: no line of a PEM block has one."""
    return label.kind in ("named", "hmac") and data.find(b"\n", label.span.end, span.start) < 0


def _partner(candidate: Candidate, candidates: tuple[Candidate, ...]) -> Candidate | None:
    return None if candidate.partner is None else candidates[candidate.partner]
