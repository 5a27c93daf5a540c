"""Words that are looked for in any case, in plain Python: the twin of _words.pxi."""

from __future__ import annotations

from collections.abc import Sequence

from leakscan.anchors.spec import check_words


class Words:
    """Finds words of lower-case letters and what else they hold, in any case: one automaton over all of them.

    ValueError if a length is out of bounds."""

    def __init__(self, words: Sequence[bytes]) -> None:
        import ahocorasick  # not there when the rules are parsed to build the package, and nobody asks for words

        check_words(words)
        self._automaton = ahocorasick.Automaton()
        for number, word in enumerate(words):
            self._automaton.add_word(word.decode("latin-1"), (len(word), number))
        self._automaton.make_automaton()

    def stand_in(self, text: bytes) -> bool:
        """Any of them."""
        lowered = text.lower().decode("latin-1")
        return len(self._automaton) > 0 and next(self._automaton.iter(lowered), None) is not None

    def find(self, data: bytes, start: int, end: int) -> list[tuple[int, int]]:
        """Every word that stands in data[start:end]: where it begins, and its number among those given; by place."""
        text = (
            data[max(0, start) : end].lower().decode("latin-1")
        )  # one character a byte, so that offsets survive
        hits = self._automaton.iter(text) if len(self._automaton) else ()
        return sorted((max(0, start) + last + 1 - size, number) for last, (size, number) in hits)
