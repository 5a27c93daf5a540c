"""Inline marks: `leakscan:allow RULE reason` beside a value, `allow-next` on the line above it, and those of others."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakscan.decisions import Mark
from leakscan.model import Span

# A mark further away than this belongs to something else: in minified code a line may be megabytes long.
_REACH, _LONGEST_LINE = 500, 1 << 16
_OWN = re.compile(rb"leakscan:allow(-next)?(?:[ \t]+([A-Za-z][A-Za-z0-9-]*))?(?:[ \t]+([^\r\n]*))?")
_FOREIGN = re.compile(
    rb"(?P<gitleaks>gitleaks:allow)|(?P<betterleaks>betterleaks:allow)|(?P<trufflehog>trufflehog:ignore)"
    rb"|(?P<kingfisher>kingfisher:ignore)|pragma: (?:allow|white)list (?P<nextline>nextline )?"
    rb"(?P<detect_secrets>secret)"
    rb"|secretlint-disable-(?P<next>next-)?(?P<secretlint>line)"
)
_CLOSING = re.compile(r"\s*(?:\*/|-->|#\}|\*\)|--\]\]|%>|\}\})\s*$")


def mark_at(text: bytes, span: Span) -> Mark | None:
    """The mark that speaks of the value at `span` of UTF-8 content: one of ours before those of other tools."""
    found = list(_marks_near(text, span))
    return next((mark for mark in found if mark.tool == "leakscan"), found[0] if found else None)


def _marks_near(text: bytes, span: Span) -> Iterator[Mark]:
    low = text.rfind(b"\n", max(0, span.start - _LONGEST_LINE), span.start) + 1
    end = min(len(text), span.end + _REACH)
    high = text.find(b"\n", span.end, end)
    yield from _marks_in(text[max(low, span.start - _REACH) : end if high < 0 else high], of_next=False)
    if low:
        above = text.rfind(b"\n", max(0, low - _REACH), low - 1) + 1
        yield from _marks_in(text[max(above, low - _REACH) : low - 1], of_next=True)


def _marks_in(line: bytes, *, of_next: bool) -> Iterator[Mark]:
    for match in _OWN.finditer(line):
        if bool(match[1]) == of_next:
            yield Mark("leakscan", (match[2] or b"").decode(), _reason(match[3] or b""))
    for match in _FOREIGN.finditer(line):
        groups = match.groupdict()
        if bool(groups.pop("nextline") or groups.pop("next")) == of_next:
            tool = next(name for name, text in groups.items() if text and name != "next")
            yield Mark(tool.replace("_", "-"), "", "")


def _reason(text: bytes) -> str:
    """The words behind the rule, without the end of the comment that they stand in."""
    return _CLOSING.sub("", text.decode("utf-8", "replace")).strip()
