"""Which address a value goes to: a test network's beside it, if a program takes that one."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from itertools import chain, islice

from leakscan.detect.context import is_commented, line_start
from leakscan.detect.lazy import lazy
from leakscan.detect.mentions import Mention, Mentions
from leakscan.detect.naming import Label
from leakscan.model import Span

_LINE, _HOST_REACH = 200, 240
# `if testnet:`, `} else if (config.isDemo) {`; `… if TESTNET else …`, `isTestnet ? … : …`
_CONDITION = lazy(rb"(?i)[ \t}]{0,80}(?:el(?:se ?)?)?if\b[^\n]{0,120}(?:test|demo|sandbox|paper)")
_CHOICE = lazy(
    rb"(?i)[\"'`] if \w{0,40}\.?\w{0,20}(?:test|demo|sandbox|paper)\w{0,20} else\b"
    rb"|(?:test|demo|sandbox|paper)\w{0,20}\)? ?\? ?[\"'`]"
)
# `# client.URL = "https://testnet.…"`: code that is commented out, not a heading.
_ASSIGNED_HOST = lazy(
    rb"(\w{1,60})[\"']?[ \t]{0,20}(?:=>|:=|[=:])[ \t]{0,4}(?:\\?[\"'])?(?:https?|wss?)://[\w.-]{0,40}\Z"
)
_ASKED_HOST = lazy(rb"\(\s{0,40}[a-z]?[\"'`](?:https?|wss?)://[\w.-]{0,40}\Z")
_IN_ADDRESS = lazy(rb"(?:https?|wss?)://[\w.-]{0,40}\Z")
_USED_REACH, _PROGRAM_REACH, _MOST_USES = 4096, 64 * 1024, 64
_PART_BEFORE, _PART_OR_SET = lazy(rb"[\w.\"']"), lazy(rb"\w|\s{0,4}=[^=]")
_WORD_BEFORE, _WORD_OR_SET = lazy(rb"[\w/]"), lazy(rb"\w|[\"']?\]?\s{0,40}(?:=[^=>]|:[^:])")
_TEST_CALLS = (b"testnet", b"TestNet", b"Testnet", b"testNet", b"test_net")
_LAST_NAME = lazy(rb"\w{1,60}\Z")
# `Factory.newTestNetClient(apiKey, apiSecret)`, `connect_testnet(key=KEY, secret=SECRET)`: what it gets.
_CALL_OF_TEST = lazy(
    rb"(?i)(?<!\w)(?<!def )(?<!func )(?<!tion )\w{0,60}test_?net\w{0,40}\(([\w.,= \t\r\n]{1,200})\)(?!\s{0,4}[{:-])"
)
_GIVEN = lazy(rb"(?:\A|,)\s{0,40}(?:\w{1,40}\s?=\s?)?(?:\w{1,40}\.){0,3}(\w{1,60})\s{0,40}(?=,|\Z)")
_TELLS = lazy(rb"(?i)test|sandbox|demo|paper|live|prod|real|main")


def of_host(
    data: bytes,
    span: Span,
    label: Label,
    near: Sequence[Mention],
    exchange: str,
    variants: Container[str],
    *,
    by_name: bool = False,
) -> str:
    """`UMFutures(key=…, base_url="https://testnet.…")`: the one of the `variants` whose host stands beside a value,
    unless the live one's does, too; also one further off, where the live one's is commented out and its is not.
    `by_name`: the value's own name says `exchange`; only an address for all of it, such as `BASE_URL`, says more."""
    if not any(m.exchange in variants for m in near):
        return exchange
    near = [m for m in near if not _is_apart(data, span, m.span) and not is_choice(data, span, m.span)]
    near = [m for m in near if m.exchange == exchange or not is_left_unused(data, label, m.span)]
    near = [m for m in near if not is_put_by(data, span, m, variants)]
    if by_name:
        near = [m for m in near if m.exchange == exchange or is_of_all(data, m.span)]
    live = [m for m in near if m.exchange == exchange and data.startswith(b".com", m.span.end)]
    others = [m for m in near if m.exchange in variants]
    is_unused = live and not is_commented(data, span) and all(is_commented(data, m.span) for m in live)
    used = [m.exchange for m in others if not is_commented(data, m.span)]
    if is_unused and used:
        return used[0]
    taken = [m.exchange for m in others if _is_taken(data, m.span)]
    if live and taken and all(_is_taken(data, m.span) is False for m in live):
        return taken[0]
    reach = Span(span.start - _HOST_REACH, span.end + _HOST_REACH)
    if any(reach.start <= m.span.start and m.span.end <= reach.end for m in live):
        return exchange
    beside = (m for m in others if reach.start <= m.span.start and m.span.end <= reach.end)
    return next((m.exchange for m in beside), exchange)


def is_host(data: bytes, mention: Span) -> bool:
    return _IN_ADDRESS.search(data, max(0, mention.start - _HOST_REACH), mention.start) is not None


def is_choice(data: bytes, value: Span, host: Span) -> bool:
    """`if testnet:` below a value, and then the host; `"https://testnet.…" if testnet else "https://api.…"`: a switch
    decides."""
    line = line_start(data, host.start)
    end = data.find(b"\n", host.end, host.end + _LINE)
    if line <= value.start < host.start:
        return False
    if _CHOICE.search(data, line, end if end >= 0 else host.end + _LINE):
        return True
    above = line_start(data, max(0, line - 1))
    return value.end <= above and _CONDITION.match(data, above, line) is not None


def _is_apart(data: bytes, value: Span, host: Span) -> bool:
    """Behind the brace that closes what the value stands in: `test: {key: …, url: …}, live: {…, url: …}`."""
    return b"}" in data[value.end : host.start].partition(b"{")[0]


def _assigned(data: bytes, host: Span) -> bytes | None:
    """The name of the variable that gets an address with this host."""
    name = _ASSIGNED_HOST.search(data, line_start(data, host.start), host.start)
    return name[1] if name else None


def is_of_all(data: bytes, host: Span) -> bool:
    """A variable gets an address with this host, and its name tells no environment: `BASE_URL`, not `TESTNET_URL`."""
    name = _assigned(data, host)
    return name is not None and not _TELLS.search(name)


def is_asked_for(data: bytes, host: Span) -> bool:
    """A call gets an address with this host: `axios.post("https://testnet.…", order)`."""
    return _ASKED_HOST.search(data, max(0, host.start - _HOST_REACH), host.start) is not None


def is_put_by(
    data: bytes, value: Span, mention: Mention, variants: Container[str], own: Mentions | None = None
) -> bool:
    """`# BASE_URL = "https://testnet.…"` beside a value that is in no comment, or has another address, of all that the
    content names its `own`, between the two."""
    host = mention.span
    if mention.exchange not in variants or not is_commented(data, host) or _assigned(data, host) is None:
        return False
    between = own.around(value, Span(host.end, value.start)) if own and host.end < value.start else ()
    return not is_commented(data, value) or any(is_host(data, other.span) for other in between)


def _is_taken(data: bytes, host: Span) -> bool | None:
    """Whether the variable that gets an address with this host is used: `base_url=base_url_test`; None if there is
    none."""
    name = _assigned(data, host)
    if name is None:
        return None
    within = Span(max(0, host.start - _LINE), host.end + _USED_REACH)
    return any(
        not _PART_BEFORE.match(data, start - 1, start) and not _PART_OR_SET.match(data, end)
        for start, end in _places(data, name, within)
    )


def given_to_tests(data: bytes) -> frozenset[bytes]:
    """The variables that a program gives to the client of a test network, by the name of the call, and uses nowhere
    else."""
    program = Span(0, min(len(data), _PROGRAM_REACH))
    if not any(word in data for word in _TEST_CALLS):  # sooner told than by the pattern
        return frozenset()
    calls = list(islice(_CALL_OF_TEST.finditer(data, *program), _MOST_USES))
    given = chain.from_iterable(
        _GIVEN.finditer(call[1]) for call in calls if not is_commented(data, Span(*call.span()))
    )
    names = {name[1] for name in islice(given, _MOST_USES)}
    spans = [Span(*call.span(1)) for call in calls]
    return frozenset(name for name in names if all(_is_in(use, spans) for use in _uses(data, name, program)))


def _is_in(place: Span, spans: Sequence[Span]) -> bool:
    return any(span.start <= place.start and place.end <= span.end for span in spans)


def last_name(data: bytes, label: Label) -> bytes:
    """`String apiKey`: what a value is called, without what stands before that."""
    name = _LAST_NAME.search(data, label.span.start, label.span.end) if label.kind == "named" else None
    return name[0] if name else b""


def is_left_unused(data: bytes, label: Label, host: Span) -> bool:
    """`testnet = "https://testnet.…"`, which a program uses nowhere, as it does the variable of the value."""
    name, own = _assigned(data, host), last_name(data, label)
    if name is None or not own:
        return False
    within = Span(max(0, host.start - _PROGRAM_REACH), host.end + _PROGRAM_REACH)
    return _is_used(data, own, within) and not _is_used(data, name, within)


def _is_used(data: bytes, name: bytes, within: Span) -> bool:
    return next(_uses(data, name, within), None) is not None


def _uses(data: bytes, name: bytes, within: Span) -> Iterator[Span]:
    """Where it stands else than in a comment, or where it gets its value; the last of many places, whatever it is."""
    for number, place in enumerate(_places(data, name, within), 1):
        start, end = place
        is_part = _WORD_BEFORE.match(data, start - 1, start) or _WORD_OR_SET.match(data, end)
        if number == _MOST_USES or not (is_part or is_commented(data, place)):
            yield place
        if number == _MOST_USES:
            return


def _places(data: bytes, name: bytes, within: Span) -> Iterator[Span]:
    at = data.find(name, within.start, within.end)
    while at >= 0:
        yield Span(at, at + len(name))
        at = data.find(name, at + len(name), within.end)
