"""The name that a value is assigned to: the nearest words before it that say something about it."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import replace

from leakscan.detect.columns import column_name, iter_given
from leakscan.detect.lazy import lazy
from leakscan.detect.naming import NO_LABEL, Label, Vocabulary, names_of
from leakscan.detect.words import (
    ALSO_OF_ORDERS,
    FRAMEWORKS,
    HMAC_CALLS,
    OAUTH,
    OAUTH_NAMES,
    OF_ANY_KEY,
    SERVICES,
    SHARED_NAMES,
)
from leakscan.model import Part, Span

_REACH = 480  # bytes of the statement before a value that may name it
_MAX_UNITS = 8
_LINES_ABOVE = 2
_FRAMEWORK_REACH = 1000
_MAX_REMEMBERED = 4096  # times 2 kB; the versions of a file have most of their lines in common
_LONGEST_WORD = 28  # longer ones are values, not names
# A name: words joined by `_`, `-`, `.`, or one space; `HTTP X-MBX-APIKEY` and `API Key` are names, too.
_UNIT = lazy(rb"[A-Za-z][A-Za-z0-9]*(?:(?:[_.\-$]+|::| (?=[A-Za-z]))[A-Za-z0-9]+)*")
_VALUE = lazy(rb"[A-Za-z0-9]{%d}" % (_LONGEST_WORD + 1))
_HMAC = lazy(b"|".join(b"(?:%b)" % call for call in HMAC_CALLS))
_OAUTH = lazy(OAUTH)
# A thousand letters of base64 hold those of JWT by chance in 3 cases of 100.
_DRAWN = lazy(rb"(?=[A-Za-z+/]{0,40}[0-9])[A-Za-z0-9+/]{40,}")
# Tags that only colour or lay out text (source code in a web page), and those between a name and its value in a
# property list: `<key>BinanceSecret</key><string>`.
_MARKUP = lazy(rb"</?(?:span|br|td|tr|code|pre|div|p|b|i|em|strong|font)(?:\s[^<>]{0,200})?>|</key>|<string>")
# In the output of a terminal; `\cf2 ` in notes of TextEdit.
_COLOUR = lazy(
    rb"(?:\x1b|\\(?:u001[bB]|x1[bB]|033|e))\[[0-9;]{0,12}m"
    rb"|\\(?:c[fb]|fs?|expnd(?:tw)?|kerning|outl|stroke(?:width|c))-?[0-9]{1,5} ?"
)
# What stands before the first two arguments of a client: `new KrakenTrader("`, `Client::new("`, `Client("…", "`; and
# before a user and a password of HTTP: `session.auth = ("`.
_CLIENT_CALL = lazy(
    rb"(?:[Cc]lient|Trader|Exchange|A[Pp][Ii]|Connector|Auth(?:enticator|entication)?|Credentials?|Gateway|Broker"
    rb"|\bauth\s?=\s?)"
    rb"(?:(?:::|\.)new)?\(\s{0,40}@?(?:[\"'`](?=[^\"'`\n]{0,60}[0-9])[^\"'`\n]{4,64}[\"'`]\s{0,8},\s{0,40}@?)?\Z"
)
# `X-Auth: BITSTAMP key`: the scheme, which is an exchange's name, stands before the key.
_AUTH_SCHEME = lazy(
    rb"(?i)x-auth[\"'`\]]{0,2}\s{0,4}[:=,]\s{0,4}[\"'`]?[a-z]{3,20} ?(?:[\"'`]\s{0,4}\+\s{0,4})?\Z"
)
_BASIC_AUTH = lazy(rb"(?:-u|--user)[ =][\"']?(?:([\w.+/=-]{3,64}):)?\Z")  # `curl -u id:secret`
_AUTHORIZATION_REACH = 80  # bytes, more than either of the two takes
_HEADER = lazy(rb"(?:-H|--header) ?[\"']\Z")
_QUOTES = b"\"'`\\"
_PLACEHOLDER = lazy(rb"(?i)(?:\byour|\benter|\binsert|\breplace|\bchange|\bsome[_-])[ _-]?")
# What follows a value that is the first of two arguments: the name of the second, with nothing assigned to it.
_NEXT_ARGUMENT = lazy(
    rb"[\"'`\\]{0,3}\s{0,8},\s{0,80}[^,;=:{}\n]{0,60}?([A-Za-z][A-Za-z0-9_.\- ]{1,60})"
    rb"[\"'`\\\])]{0,6}[ \t]{0,8}(?:[,)\];\n]|$)"
)
# A string with another one between it and the value is an element of a list: `["API_KEY", "1640995200", "…"]`.
_ELEMENT = lazy(rb"[\"'`]\s{0,20},[^=:(){}]{0,120},")
# `{"main", "<key>", "<secret>"}`: the first of three names an account, not the value behind it.
_NAMES_ROW = lazy(rb"[\"'`]\s{0,8},\s{0,40}\Z|[{\[]\s{0,40}\Z")  # also `exchange{"<key>", "<secret>"}`
_MARSHALLED = lazy(
    rb"[\xda\xfa\xf3Zzs][\x10-\x88](?:\0{3})?\Z"
)  # a string of compiled Python: its type and length
_IS_FIRST = lazy(rb"[\"'`]\s{0,8},\s{0,80}[\"'`][A-Za-z0-9+/_=-]{16,136}[\"'`]")
_VALUE_OF = lazy(rb", ?[Vv]alue\b")  # `key: AccessKeyId, value: …`
_IN_ADDRESS = lazy(rb"://[^\s\"'`<>,;()?#]{0,200}\Z")  # `"wss://…/realtime_private"`
_ASSIGNS = lazy(rb"[\"'`\\\])]{0,3}\s{0,20}[:=]")
# Calls that give what they are given: `b64decode("…")`, `.unwrap_or("…")`.
_DECODER = lazy(
    rb"(?i)(?:unwrap_or(?:_else)?|or_?else|decode\w{0,8}|fromhex|unhexlify|hex2bin|atob|frombase64string|buffer\.from"
    rb"|(?<![a-z])(?:secret|secure)?(?:string|str|bytes|some)(?:::(?:from|new))?)\Z"
)
_COMMENT_BEHIND = lazy(
    rb"[\"'`][ \t]{0,4},?[ \t]{0,8}(?://|#|/\*|--)[ \t]{0,4}([A-Za-z][\w.\- ]{1,60}?)[ \t*/]{0,8}(?:\r?\n|\Z)"
)
# Another value for the same name, in a comment behind it or below: `KEY = "…"  # "…"`.
_ALTERNATIVE = lazy(
    rb"(?<![\w.\-])([A-Za-z][\w.\-]{1,60})[\"'`\]]{0,2}[ \t]{0,20}(?:=>|:=|[:=])[ \t]{0,20}"
    rb"([\"'`])([A-Za-z0-9+/=_-]{16,136})\2[,;]?[ \t]{0,40}(?:\r?\n[ \t]{0,40})?(?:#|//)[ \t]{0,8}\2\Z"
)
# `KEY = "…" if live else "…"`, `key: live ? "…" : "…"`, `val key = if (live) "…"`; comparisons are blanks.
_BRANCH = lazy(
    rb"(?<![\w.\-])([A-Za-z][\w.\-]{1,60})[\"'`\]]{0,2}(?:: ?[\w.<>|\[\]]{1,30})?[ \t]{0,8}(?::=|=>|[:=])[ \t]{0,8}(?:"
    rb"[^;=,\n]{1,200}\b(?:else|and|or)[ \t]{1,4}"
    rb"|if ?\([^()=;,\n]{1,80}\)[ \t]{0,4}"
    rb"|[^;=,?:]{1,100}\?(?:[^;=,?:]{1,160}:)?\s{0,4})[\"'`]\Z"
)
_COMPARISON = lazy(rb"[=!<>]={1,2}")
# How the text before a value of a condition ends, and what must stand in it, too.
_ENDS_OF_BRANCHES = {b"else": b"", b" and": b"", b" or": b"", b"?": b"", b":": b"?", b")": b"if"}


_CALL = Label("none")  # the value is an argument of a call: nothing above names it


class Labeller:
    """Reads labels. `strong` and `weak` map names without separators to the part they name."""

    def __init__(self, strong: Mapping[str, Part], weak: Mapping[str, Part]) -> None:
        self.vocabulary = Vocabulary(strong, weak)
        self._remembered = functools.lru_cache(_MAX_REMEMBERED)(self._label)

    def label(self, data: bytes, span: Span, floor: int) -> Label:
        """The label of the value at `span`. `floor`: where the value before it ends; words left of it are not its."""
        low = max(0, span.start - _FRAMEWORK_REACH)
        window = data[low : span.end + _FRAMEWORK_REACH]
        label = self._remembered(
            window, Span(span.start - low, span.end - low), max(floor, span.start - _REACH) - low
        )
        return label.at(Span(low + label.span.start, low + label.span.end)) if low else label

    def _label(self, data: bytes, span: Span, floor: int) -> Label:
        """`data`: what stands within `_FRAMEWORK_REACH` of the value, for nothing looks further."""
        start = span.start
        text = data[floor:start]
        if b"</" in text:
            text = _MARKUP.sub(_blank, text)
        if b"\x1b" in text or b"\\" in text:
            text = _COLOUR.sub(_blank, text)
        text = text.rstrip(_QUOTES)
        if _HMAC.search(text):
            return Label("hmac", ("hmac",), "secret", 2, Span(start, start))
        label = _label_of_authorization(text, data[span.end : span.end + 1])
        label = label or self._label_behind(data, span, text) or self._column_label(data, start, floor)
        label = label or self._label_beside(data, span, text) or self._label_in(text)
        if label.kind == "other" and _stands_apart(data, span, text, label.span.end):
            label = NO_LABEL
        if not OAUTH_NAMES.isdisjoint(names_of(label.words)) and _OAUTH.search(data):
            label = replace(label, kind="negative")
        if label.kind in ("none", "other", "argument"):
            strength = 2 * (label.kind == "argument")
            label = Label(label.kind, label.words, self._part_by_order(data, span), strength, label.span)
        if label.kind == "named" and OF_ANY_KEY.issuperset(label.words):
            name = data[floor + label.span.start : floor + label.span.end]
            label = replace(label, kind="foreign") if self._is_handed_on(data, span, name) else label
        shift = label.span.start + floor
        doubtful = "".join(label.words) in SHARED_NAMES and _is_of_framework(data)
        doubtful |= label.part == "key" and not ALSO_OF_ORDERS.isdisjoint(names_of(label.words))
        place = Span(shift, shift + label.span.end - label.span.start)
        return Label(label.kind, label.words, label.part, label.strength, place, doubtful)

    def _is_handed_on(self, data: bytes, span: Span, name: bytes) -> bool:
        """`headers = {"X-CMC_PRO_API_KEY": API_KEY}`: another service gets what has this name."""
        gets = (self.vocabulary.judge(to, span) for to in iter_given(data, span.end, name))
        return any(
            label.kind == "foreign" and not SERVICES.isdisjoint(names_of(label.words)) for label in gets
        )

    def _label_behind(self, data: bytes, span: Span, text: bytes) -> Label | None:
        """`"…",  // apiSecret`: of a value that stands alone on its line, the comment that names it."""
        behind = _COMMENT_BEHIND.match(data, span.end, span.end + 100)
        if behind is None or text[text.rfind(b"\n") + 1 :].strip():
            return None
        return self._of_name(behind[1], text)

    def _label_beside(self, data: bytes, span: Span, text: bytes) -> Label | None:
        """Of a value that stands alone in a comment, the name of the one before it; of each one in a condition, that
        to which the condition assigns it."""
        last, before = text.rstrip(), data[max(0, span.start - 300) : span.start]
        if last.endswith((b"#", b"//")):
            name = _ALTERNATIVE.search(before)
            name = name if name and len(name[3]) == span.end - span.start else None
        elif any(last.endswith(end) and with_it in before for end, with_it in _ENDS_OF_BRANCHES.items()):
            name = _BRANCH.search(_COMPARISON.sub(_blank, before))
        else:
            return None
        return self._of_name(name[1], text) if name else None

    def _of_name(self, name: bytes, text: bytes) -> Label | None:
        """Of a value behind `text` whose name does not stand directly before it; None if the name says nothing."""
        label = self.vocabulary.judge(name, Span(len(text), len(text)))
        return label if label.kind in ("named", "negative", "foreign") else None

    def _part_by_order(self, data: bytes, span: Span) -> Part | None:
        """`Client("…", api_secret)`: what stands before a secret is the key."""
        following = _NEXT_ARGUMENT.match(data, span.end, span.end + 240)
        name = self.vocabulary.judge(following[1], span) if following else NO_LABEL
        return "key" if name.kind == "named" and name.part == "secret" else None

    def _column_label(self, data: bytes, start: int, floor: int) -> Label | None:
        """Of a value in a table, whose name stands apart, before other values. `span` is relative to `floor`."""
        low = max(0, start - _FRAMEWORK_REACH)
        text = data[low:start].rstrip(_QUOTES)
        column = column_name(text, max(text.rfind(b"\n") + 1, _after_escaped_break(text)))
        if column is None:
            return None
        span = Span(low + column.start - floor, low + column.end - floor)
        label = self.vocabulary.judge(text[column.start : column.end], span)
        if label.kind == "other" and label.words[-1] == "id":
            return replace(label, kind="negative")
        return label if label.kind != "none" else None

    def _label_in(self, text: bytes) -> Label:
        """`span` of the label is relative to `text`, the end of which is where the value starts."""
        line_start = max(text.rfind(b"\n") + 1, _after_escaped_break(text))
        if _CLIENT_CALL.search(text):
            return Label("argument", span=Span(len(text), len(text)))
        own = self._nearest_unit(text, line_start, len(text))
        if own.kind != "none" or own is _CALL:
            return own
        for _ in range(_LINES_ABOVE):
            end = line_start - 1
            line_start = text.rfind(b"\n", 0, max(end, 0)) + 1
            label = self._nearest_unit(text, line_start, end)
            if label.kind not in ("none", "other"):
                return label
        return NO_LABEL

    def _nearest_unit(self, text: bytes, begin: int, end: int) -> Label:
        following = end
        for unit in reversed(list(_UNIT.finditer(text, begin, end))[-_MAX_UNITS:]):
            gap = text[unit.end() : following]
            following = unit.start()
            name = unit[0]
            if _VALUE.search(name):
                name = name.rpartition(b" ")[2]  # what stands behind the value
                if _VALUE.search(name):
                    return NO_LABEL
            if gap[:1] != b"=" and _IN_ADDRESS.search(text, max(begin, unit.start() - 200), unit.start()):
                continue
            if (gap[:1] == b"(" or not gap.strip(b" -")) and _DECODER.search(name):
                continue  # also `ConvertTo-SecureString "…"`
            label = self.vocabulary.judge_phrase(name, Span(unit.end() - len(name), unit.end()))
            if label.kind == "none":
                continue
            is_defined = text.endswith(b"define(", 0, unit.start())  # `-define(KEY, "…").`
            if not is_defined and _is_argument(name, text[unit.end() : end], label):
                continue
            if _ELEMENT.match(text, unit.end(), end):
                continue
            if label.kind == "other" and label.words[-1:] == ("api",) and _ASSIGNS.match(gap):
                return replace(label, kind="named", part="key", strength=1)  # `api = "…"`, `secret = "…"`
            if gap[:1] == b"(" and label.words[-2:] == ("public", "key"):
                return replace(label, kind="negative")
            if gap.strip() == b"(" and label.words[:1] == ("derive",):
                return replace(label, kind="negative")  # `deriveKeyPair("…")`: what it is made of
            if label.strength == 1 and gap[:1] == b":" and _HEADER.search(text, begin, unit.start()):
                return replace(label, strength=2)  # `-H "KEY: …"`, all of a header's name
            if gap[:1] == b"(" and (label.kind == "other" or "and" in label.words):
                return _CALL  # the name of a function, not of its argument; `check_key_and_secret("…", "…")`
            return label
        return NO_LABEL


def _stands_apart(data: bytes, span: Span, text: bytes, end_of_name: int) -> bool:
    """What stands before it is another element, and no name of it."""
    if _MARSHALLED.match(text, end_of_name):
        return True
    return _IS_FIRST.match(data, span.end) is not None and _NAMES_ROW.match(text, end_of_name) is not None


def _blank(layout: re.Match[bytes]) -> bytes:
    return b" " * len(layout[0])


def _is_of_framework(data: bytes) -> bool:
    """A word of it stands there, and not by chance in something drawn."""
    return _names_framework(data) and _names_framework(_DRAWN.sub(b" ", data))


def _names_framework(data: bytes) -> bool:
    text = data.lower()
    return any(word in text for word in FRAMEWORKS)


def _label_of_authorization(text: bytes, behind: bytes) -> Label | None:
    low = max(0, len(text) - _AUTHORIZATION_REACH)
    if b"-" not in text[low:]:  # as nearly always
        return None
    if scheme := _AUTH_SCHEME.search(text, low):
        return Label("named", ("x", "auth"), "key", 2, Span(*scheme.span()))
    basic = _BASIC_AUTH.search(text, low)
    if basic is None or (basic[1] is None and behind != b":"):
        return None
    return Label("named", ("user",), "secret" if basic[1] else "key", 2, Span(*basic.span()))


def _is_argument(unit: bytes, behind: bytes, label: Label) -> bool:
    """`f(api_key, "…")`, `f("YOUR_API_KEY", "…")`: an argument of its own, not the name of the next."""
    if label.kind == "negative" or _VALUE_OF.match(behind):
        return False
    after = behind.lstrip()
    return after[:1] == b"," or (after.lstrip(_QUOTES)[:1] == b"," and _PLACEHOLDER.match(unit) is not None)


def _after_escaped_break(text: bytes) -> int:
    """Where the line after the last literal backslash-n begins: JSON holds whole files in one line."""
    place = text.rfind(b"\\n")
    return place + 2 if place >= 0 else 0
