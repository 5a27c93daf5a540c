"""Which tokens are worth a second look: what stands before and behind them decides."""

import base64

import pytest
from detecting import DETECTOR

from leakscan.rules.fake import fake, fill

LOOSE = fake("alnum:30", 3)  # of no known format
PIECE = LOOSE[:12]
HINTS = DETECTOR.spec.hints


def is_anchor(text: str, token: str = LOOSE) -> bool:
    """Whether the token at the mark `@` is an anchor of content."""
    accepts = DETECTOR.spec.accepts
    assert accepts is not None
    before, after = text.encode().split(b"@")
    return accepts(before, token.encode(), after)


@pytest.mark.parametrize(
    ("text", "does"),
    [
        ("api_secret = '@'", True),
        ("secret = '@'", False),
        ("zaif_secret = '@'", True),
        ("# zaif\nsecret = '@'", True),
        ("zaif\nsecret = '@'", True),
        ("# zaif\ntitle = '@'", True),
        ("# kraken\nsecret = '@'", False),
        ("# zaif\njwt_secret = '@'", False),
        ("jwt_zaif_secret = '@'", False),
        ("# zaif\nsha256 = '@'", False),
        ("ZaifClient('@'", True),
        ("Client('@'", False),
        ("insert into keys values (1, '@'", False),
        ("hmac.new(b'@'", True),
    ],
)
def test_a_value_of_no_known_format_needs_a_full_name_or_its_exchange_beside_it(
    text: str, does: bool
) -> None:
    assert is_anchor(text) == does


@pytest.mark.parametrize(
    ("text", "token", "does"),
    [
        ("secret = '@'", "{alnum:36}", True),
        ("title = '@'", "{alnum:36}", False),
        ("# bybit\ntitle = '@'", "{alnum:36}", True),
        ("# okx\ntitle = '@'", "{alnum:36}", False),
        ("Client('@'", "{alnum:36}", True),
        ("insert into keys values (1, '@'", "{alnum:36}", True),
        ("title = '@'", "{alnum:64}", True),
        ("title = '@'", "bg_{hex:32}", True),
        ("title = '@'", "{words:24}", True),
        # a variant goes by the name of its parent
        ("alpaca\ntitle = '@'", "PK{upper:18}", True),
        ("kraken\ntitle = '@'", "PK{upper:18}", False),
    ],
)
def test_a_value_of_a_known_form_needs_less(text: str, token: str, does: bool) -> None:
    assert is_anchor(text, fill(token, 7)) == does


@pytest.mark.parametrize(
    ("beside", "is_value"),
    [
        ("'{b64url:43}'", True),
        ("'{b64url:43}': x", False),
        ("{b64url:43}(x)", False),
        ("{b64url:43} = x", False),
        ("{b64url:43} == x", True),
    ],
)
def test_what_is_assigned_to_beside_a_value_is_none(beside: str, is_value: bool) -> None:
    text = fill(beside + "\nbitfinex_secret = '{b64url:43}'", 7)
    assert len(DETECTOR.inspect(text.encode()).candidates) == 1 + is_value


@pytest.mark.parametrize(
    ("beside", "is_value"), [("@=", True), ("'@='", True), ("@=x", False), ("@= ", False)]
)
def test_what_is_padded_beside_a_value_is_one(beside: str, is_value: bool) -> None:
    text = fill(beside.replace("@=", "{base64:44}") + "\nbackpack_secret = '{base64:44}'", 7)
    assert len(DETECTOR.inspect(text.encode()).candidates) == 1 + is_value


@pytest.mark.parametrize(
    ("text", "does"),
    [
        ("api_secret = '@' + 'x'", True),
        ("secret = '@' + 'x'", True),
        ("hmac.new(b'@' + 'x'", True),
        ("title = '@' + 'x'", False),
        ("# zaif\nsha256 = '@' + 'x'", False),
        ("zaif_title = '@' + 'x'", True),
        ("api_secret = '@'", False),
        ("api_secret = 'x' + '@'", True),
    ],
)
def test_the_first_of_several_pieces_needs_the_name_of_a_value_or_of_an_exchange(
    text: str, does: bool
) -> None:
    assert is_anchor(text, PIECE) == does


@pytest.mark.parametrize("text", ["api_secret = '@'", "# zaif\nsecret = '@'"])
def test_base64_of_a_value_is_an_anchor_where_the_value_is_one(text: str) -> None:
    encoded = base64.b64encode(LOOSE.encode()).decode()
    assert is_anchor(text, encoded)
    assert not is_anchor("title = '@'", encoded)


@pytest.mark.parametrize(
    ("before", "name", "after", "may_hold"),
    [
        ("", fake("alnum:64"), "", True),
        ("", LOOSE, "", True),
        ("", "PublicConnectionConfiguration", "", False),
        # digests name files everywhere
        ("", fake("hex:64"), "", False),
        ("my ", fake("hex:64"), "", False),
        ("my KEY ", fake("hex:64"), "", True),
        ("my key ", "PublicConnectionConfiguration", "", False),
        # encoded and in pieces
        ("", base64.b64encode(fake("alnum:18").encode()).decode(), " txt", True),
        ("x='abc' + '", PIECE, "'", True),
        ("x='abc', '", PIECE, "'", False),
    ],
)
def test_the_name_of_a_file_may_hold_a_value_whatever_the_folders_above_it_say(
    before: str, name: str, after: str, may_hold: bool
) -> None:
    accepts = DETECTOR.spec_of_names.accepts
    assert accepts is not None
    assert accepts(before.encode(), name.encode(), after.encode()) == may_hold


@pytest.mark.parametrize(
    ("text", "does"),
    [
        ("# zaif\nf('@')", True),
        ("# zaif\n@ = 'x'", False),
        ("# zaif\n'@': 'x'", False),
        ("# zaif\n@('x')", False),
        ("# zaif\n@ == x", True),
    ],
)
def test_what_holds_the_words_of_a_name_is_one_where_something_is_assigned_to_it(
    text: str, does: bool
) -> None:
    assert is_anchor(text, f"{LOOSE[:20]}_API_KEY_{LOOSE[20:]}") == does
    assert is_anchor(text)


def test_no_hint_holds_another_because_the_shorter_one_is_enough() -> None:
    assert not [(hint, other) for hint in HINTS for other in HINTS if hint != other and hint in other]
    for word in (b"binance", b"x-mbx-apikey", b"secret", b"passphrase"):
        assert any(hint in word for hint in HINTS)
