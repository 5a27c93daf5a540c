"""What a program or a file of settings switches on near a value: a test network, or the live one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from leakscan.anchors import Words
from leakscan.detect.context import is_commented, line_start
from leakscan.detect.lazy import lazy
from leakscan.detect.spans import merged
from leakscan.model import Span

_TEST, _LIVE = rb"testnet|test_net|sandbox|demo|paper|test", rb"live|main(?:net)?|real|prod(?:uction)?"
_PLACE = rb"(?:url|uri|host|domain|server|endpoint|env|environment|config)"
# `testnet=True`, `setSandboxMode(true)`, `binance.UseTestnet = true`, `getenv("USE_TESTNET", "0")`;
# `**Testnet**: True`; `environment = "testnet"`, `network: 'mainnet'`; `env = BybitEnvironment.DemoTrading`;
# `MODE=testnet`; `env_adapt: demo`; `base_url=TESTNET_URL`, `WithBaseURL(bybit.TESTNET)`;
# `(binance.BaseUrlTestnet, key, secret)`, `&Config::testnet())`; OKX's `flag = "1"`, `bitmex.bitmex(test=True`, Java's
# `newInstance(KEY, SECRET, true, true)`; `exchange.urls['api'] = exchange.urls['test']`.
_SWITCH = (
    rb"(?i)(?:(?<![a-z0-9])|(?<=set)|(?<=use)|(?<=is)|(?<=enable))(?P<word>%(told)b)(?:_?mode)?(?:['\"]|\*\*)?\]?"
    rb"(?:: ?bool(?:ean)?)?\s{0,12}(?:=>|:=|[=:(,])\s{0,3}(?:enabled?\s?=\s?)?['\"]?"
    rb"(?:(?:true|1|yes)|(?P<off>false|0|no))\b"
    rb"|(?:env|environment|network|version|server)['\"]?\s{0,3}(?:=>|:=|[=:])"
    rb"\s{0,3}['\"](?:(?P<named>%(told)b)|(?P<off_named>live|mainnet|real))['\"]"
    rb"|env(?:ironment)?\s{0,3}[:=]\s{0,3}\w{0,40}env(?:ironment)?s?\.(?:(?P<kind>%(test)b)|(?P<off_kind>%(live)b))"
    rb"(?:trading|net)?\b"
    rb"|(?:env|environment|network|mode)[ \t]{0,3}[=:][ \t]{0,3}(?:(?P<plain>testnet|sandbox)|(?P<off_plain>mainnet))"
    rb"[ \t]{0,8}(?:[\r\n#]|\Z)"
    rb"|(?<![a-z0-9])env_\w{1,16}[ \t]{0,3}:[ \t]{1,3}(?:(?P<entry>%(told)b)|(?P<off_entry>live|mainnet|real))"
    rb"[ \t]{0,8}(?:[\r\n#]|\Z)"
    rb"|(?:url|path|endpoint|host|environment)['\"]?\s{0,3}(?:=>|:=|[=:(])\s{0,3}&?(?:[\w.]|::){0,60}?"
    rb"(?:(?<![a-z0-9])|(?<=url))(?:(?P<url>%(test)b)|(?P<off_url>%(live)b))"
    rb"(?:_?(?:api|base|rest)){0,2}(?:_?%(place)b)?\s{0,3}(?=[,;)}\r\n#]|\Z)"
    rb"|[(,]\s{0,3}&?(?:[\w.]|::){0,60}?(?:%(place)b(?:_|\.|::)?(?:(?P<argument>%(test)b)|(?P<off_argument>%(live)b))"
    rb"|(?<![a-z0-9])(?:(?P<first>%(test)b)|(?P<off_first>%(live)b))_?%(place)b)(?:\(\))?\s{0,3}(?=[,)])"
    rb"|(?:(?<![\w.])flag['\"]?\s{0,3}[=:]|passphrase,\s?(?:true|false),)\s{0,3}['\"](?:(?P<flag>1)|(?P<off_flag>0))['\"]"
    rb"|(?:enable_?demo_?trading\(|(?-i:demoTrading)\s?:)\s{0,3}(?:(?P<demo>true)|(?P<off_demo>false))"
    rb"|x-simulated-trading['\"]?\]?\s{0,3}[=:,]\s{0,3}['\"]?(?:(?P<header>1)|(?P<off_header>0))\b"
    rb"|\b(?:bitmex|bybit)\(\s{0,80}(?:[^()\n]{0,80},\s{0,40})?test\s?=\s?(?:(?P<library>true)|(?P<off_library>false))\b"
    rb"|newInstance\([^()\n]{1,120},\s?(?:(?P<factory>true)|(?P<off_factory>false)),\s?(?:true|false)\)"
    rb"|(?<![\w./#])[\w.]{1,40}urls\[['\"]api['\"]\]\s{0,3}=[^=\n]{1,40}urls\[['\"](?P<urls>test)['\"]\]"
)
_OF_ADDRESS = frozenset("url off_url argument off_argument first off_first".split())
_MEANS = {
    "demo": "demo",
    "header": "simulated",
    "flag": "simulated",
    "library": "testnet",
    "factory": "testnet",
    "urls": "testnet",
}
_OTHER_WORDS = frozenset({"live", "main", "real", "prod", "flag", "passphrase,", "newinstance("})
# `if testnet:`, `} else {` above an address, `… if testnet else …`, `testnet ? … : …` beside it.
_BRANCH = lazy(rb"(?i)[ \t}]{0,80}(?:el(?:se ?)?)?(?:if|else|case|default)\b[^\n]{0,160}\n[^\n]{0,200}\Z")
_CHOICE = lazy(rb"(?i)\bif\b|\belse\b|\?")
# `def connect(key, secret, testnet: bool = False):` asks for it.
_SIGNATURE = lazy(
    rb"[ \t]{0,40}(?:(?:async|export|public|private|static) )*(?:def|function|func|fn|constructor)\b"
    rb"|[^\n]{0,200}: ?bool(?:ean)? ?="
)
_OFFER = lazy(rb"[ \t]{0,40}(?:#|//|--|;|\*)[ \t]{0,4}(?:[\w.,:'-]{1,30}[ \t]{1,4}){2,12}\w{0,40}\Z")
_OF_ALL = frozenset({"testnet", "test_net", "sandbox", "demo", "paper", "simulated"})
_OF_A_CLIENT = _OF_ALL - {"demo", "paper"}  # those may be the program's own, with a live key
_LINE, _HEAD = 200, 64 * 1024
_BEFORE, _BEHIND = 160, 100  # how far a switch goes on around the start of its word


class Switches:
    """`words`: those that may be switched on, such as *testnet*."""

    def __init__(self, words: Iterable[str]) -> None:
        told = _any_of({*words, "test_net"})
        names = {b"told": told, b"test": _TEST, b"live": _LIVE, b"place": _PLACE}
        self._pattern = lazy(_SWITCH % names)
        self._words = Words([word.encode() for word in sorted({*words} | _OF_ALL | _OTHER_WORDS)])
        self._words_of_all = Words(
            [word.encode() for word in sorted(_OF_ALL | {"flag", "newinstance(", "bitmex(", "bybit("})]
        )

    def first(self, line: bytes) -> re.Match[bytes] | None:
        return next(self._around(self._words, line, Span(0, len(line))), None)

    def near(self, data: bytes, span: Span, near: Span) -> list[re.Match[bytes]]:
        """Those near a value, the nearest first; one in a comment is none for what is not."""
        switches = list(self._around(self._words, data, near))
        if switches and not is_commented(data, span):
            switches = [m for m in switches if not is_commented(data, Span(*m.span()))]
        switches = [m for m in switches if not _is_of_another(data, span, m) and not _is_chosen(data, m)]
        switches = [m for m in switches if not _is_offered(data, m)]
        return sorted(switches, key=lambda m: max(span.start - m.end(), m.start() - span.end))

    def all_on(self, data: bytes) -> set[str]:
        """The words for what a whole program switches on, if it switches nothing off."""
        found = [
            m
            for m in self._around(self._words_of_all, data, Span(0, min(len(data), _HEAD)))
            if not (is_commented(data, Span(*m.span())) or _is_chosen(data, m) or is_asked(data, m))
        ]
        if any(is_off(m) or (m.lastgroup not in _MEANS and _word(m) not in _OF_A_CLIENT) for m in found):
            return set()
        return switched_on(found)

    def _around(self, words: Words, data: bytes, within: Span) -> Iterator[re.Match[bytes]]:
        """The switches around such words: it is a long pattern."""
        low, high = within
        places = (place for place, _ in words.find(data, low, high))
        for span in merged((max(low, place - _BEFORE), min(high, place + _BEHIND)) for place in places):
            yield from self._pattern.finditer(data, *span)


def _any_of(words: Iterable[str]) -> bytes:
    return b"|".join(re.escape(word.encode()) for word in sorted(words, key=lambda word: (-len(word), word)))


def is_asked(data: bytes, switch: re.Match[bytes]) -> bool:
    """A parameter with its default."""
    return _SIGNATURE.match(data, line_start(data, switch.start()), switch.end()) is not None


def is_off(switch: re.Match[bytes]) -> bool:
    return (switch.lastgroup or "").startswith("off")


def switched_on(switches: Sequence[re.Match[bytes]]) -> set[str]:
    """The words for what is switched on, unless the nearest of the switches is off."""
    if not switches or is_off(switches[0]):
        return set()
    return {_word(m) for m in switches if not is_off(m)}


def _word(switch: re.Match[bytes]) -> str:
    group = switch.lastgroup or ""
    return _MEANS.get(group) or switch[group].decode().lower().replace("_", "")


def _is_of_another(data: bytes, value: Span, switch: re.Match[bytes]) -> bool:
    """`{key: …, endpoint: LIVE_URL}, {key: …, endpoint: TESTNET_URL}`: of what stands in other braces."""
    low, high = min(value.end, switch.end()), max(value.start, switch.start())
    return switch.lastgroup in _OF_ADDRESS and b"}" in data[low:high]


def _is_offered(data: bytes, switch: re.Match[bytes]) -> bool:
    """`# For tests you can set TESTNET=True`"""
    return _OFFER.match(data, line_start(data, switch.start()), switch.start()) is not None


def _is_chosen(data: bytes, switch: re.Match[bytes]) -> bool:
    """`url = TESTNET_URL if testnet else LIVE_URL`: something else decides which address is taken."""
    if switch.lastgroup not in _OF_ADDRESS:
        return False
    line = line_start(data, switch.start())
    end = data.find(b"\n", switch.end(), switch.end() + _LINE)
    if _CHOICE.search(data, line, end if end >= 0 else switch.end() + _LINE):
        return True
    above = line_start(data, max(0, line - 1))
    return _BRANCH.match(data, above, switch.start()) is not None
