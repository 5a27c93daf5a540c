"""The rules that a value fits by its form, as one thing: thousands of values have the same."""

from __future__ import annotations

import functools
import itertools
import weakref
from collections.abc import Iterable
from typing import Any

from leakscan.model import Part
from leakscan.rules import PhraseShape, Proof, Rule, TextShape

_MAX_REMEMBERED = 1 << 12
_NUMBERS = itertools.count()


class Fits(tuple[Rule, ...]):
    """A forked process sends them home as their names: pickled whole, they would be most of what it sends."""

    listing = -1  # of no rules

    @functools.cached_property
    def exchanges(self) -> frozenset[str]:
        return frozenset(rule.exchange for rule in self)

    def of(self, exchange: str) -> tuple[Rule, ...]:
        """Those of one exchange."""
        return self._of.get(exchange, ())

    @functools.cached_property
    def _of(self) -> dict[str, tuple[Rule, ...]]:
        return {
            exchange: tuple(rule for rule in self if rule.exchange == exchange) for exchange in self.exchanges
        }

    @functools.cached_property
    def proofs(self) -> tuple[Proof, ...]:
        """What their values can prove about themselves, sorted."""
        told = {rule.shape.proof for rule in self if isinstance(rule.shape, TextShape)}
        return tuple(sorted(proof for proof in told if proof))

    @functools.cached_property
    def in_groups_only(self) -> bool:
        """A value of theirs is nothing without the part that it stands with."""
        return any(rule.needs == "group" for rule in self)

    @functools.cached_property
    def alone(self) -> tuple[Rule, ...]:
        """Those whose values are told by their form alone."""
        return tuple(rule for rule in self if rule.needs == "nothing")

    @functools.cached_property
    def heads_keys(self) -> bool:
        """It begins as the keys of an exchange do, which only with a name are told: `PK…`."""
        return any(
            rule.part == "key" and rule.needs == "name and exchange" and rule.shape.pattern.heads
            for rule in self
            if isinstance(rule.shape, TextShape)
        )

    @functools.cached_property
    def parts(self) -> frozenset[Part]:
        return frozenset(rule.part for rule in self)

    @functools.cached_property
    def needs_both(self) -> bool:
        """None is satisfied without a name and an exchange."""
        return all(rule.needs == "name and exchange" for rule in self)

    @functools.cached_property
    def may_be_phrase(self) -> bool:
        """One of them is about words, whose exchange may stand anywhere."""
        return any(isinstance(rule.shape, PhraseShape) for rule in self)

    @functools.cached_property
    def is_loose(self) -> bool:
        """No known format, only frames of unknown ones."""
        return all(isinstance(rule.shape, TextShape) and rule.shape.loose for rule in self)

    def __hash__(self) -> int:
        return self._hash

    @functools.cached_property
    def _hash(self) -> int:
        return super().__hash__()

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (self.listing, tuple(rule.id for rule in self))


class Listing:
    """Makes the `Fits` of one rule set."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = {rule.id: rule for rule in rules}
        self._order = {rule_id: number for number, rule_id in enumerate(self._rules)}
        self._number = next(_NUMBERS)
        self.restore = functools.lru_cache(_MAX_REMEMBERED)(self._restore)
        _LISTINGS[self._number] = self

    def of(self, rules: Iterable[Rule]) -> Fits:
        """Of some of the rules, in their order."""
        return self.restore(tuple(rule.id for rule in rules))

    def sorted(self, rules: Iterable[Rule]) -> Fits:
        """Of some of the rules: known formats first, of equals as in the files."""
        return self.of(sorted(rules, key=self._rank))

    def _rank(self, rule: Rule) -> tuple[bool, int]:
        return isinstance(rule.shape, TextShape) and rule.shape.loose, self._order[rule.id]

    def _restore(self, rule_ids: tuple[str, ...]) -> Fits:
        fits = Fits(map(self._rules.__getitem__, rule_ids))
        fits.listing = self._number
        return fits


_LISTINGS: weakref.WeakValueDictionary[int, Listing] = weakref.WeakValueDictionary()


def _restore(listing: int, rule_ids: tuple[str, ...]) -> Fits:
    """In the process that made them, or one forked from it. KeyError in any other."""
    return _LISTINGS[listing].restore(rule_ids) if rule_ids else Fits()
