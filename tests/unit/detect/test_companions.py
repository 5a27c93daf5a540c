"""Parts that stand in groups only: passphrases, user ids."""

import pytest
from detecting import DETECTOR, matches

from leakscan.rules.fake import fill

PAIR = 'key = "{objectid}"\nsecret = "{uuid}"\n'


def beside(text: str, *, part: str = "passphrase") -> list[str]:
    """The values of a part that are found in a text."""
    return [value for value, match in matches(fill(text, 7)).items() if match.part == part]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('passphrase = "Tr4ding-b0t"', "Tr4ding-b0t"),
        ("passphrase: 'Tr4ding-b0t'", "Tr4ding-b0t"),
        ("passphrase => `Tr4ding-b0t`", "Tr4ding-b0t"),
        ('passphrase := b"Tr4ding-b0t"', "Tr4ding-b0t"),
        ('"passphrase":"Tr4ding-b0t"', "Tr4ding-b0t"),
        ("my_api_passphrase = 'Tr4ding-b0t'", "Tr4ding-b0t"),
        ("\n" * 6 + "passphrase = 'Tr4ding-b0t'", "Tr4ding-b0t"),
        ("\n" * 7 + "passphrase = 'Tr4ding-b0t'", "Tr4ding-b0t"),
        ("passphrase = 'a'; passphrase = 'Tr4ding-b0t'", "Tr4ding-b0t"),
        # the nearest one, and one in quotes where the other values have some
        ("passphrase = 'Tr4ding-b0t'\npassphrase = 'An0ther-b0t'", "Tr4ding-b0t"),
        ("passphrase = Tr4ding-b0t", None),
        # named by another, far away, or no value at all
        ("db_password = 'Tr4ding-b0t'", None),
        ("title = 'Tr4ding-b0t'", None),
        ("\n" * 8 + "passphrase = 'Tr4ding-b0t'", None),
        ("\n" * 9 + "passphrase = 'Tr4ding-b0t'", None),
        ("x" * 500 + "\npassphrase = 'Tr4ding-b0t'", None),
        ("passphrase = '${PASSPHRASE}'", None),
        ("passphrase = 'your-passphrase'", None),
        ("passphrase = 'none'", None),
        ("passphrase = os.environ['X']", None),
        ("passphrase = 'xxxxxxx'", None),
    ],
)
def test_a_passphrase_beside_a_pair_is_found_by_its_name(text: str, value: str | None) -> None:
    for before in ("", "#" + "." * 600 + "\n"):
        assert beside(f"{before}# kucoin\n{PAIR}{text}\n") == ([value] if value else [])


@pytest.mark.parametrize("lines", [8, 9])
def test_it_may_stand_before_the_pair(lines: int) -> None:
    text = "passphrase = 'Tr4ding-b0t'" + "\n" * lines + "# kucoin\n" + PAIR
    assert beside(text) == (["Tr4ding-b0t"] if lines < 8 else [])


def test_without_quotes_it_is_found_where_no_value_has_any() -> None:
    assert beside("# kucoin\nkey={objectid}\nsecret={uuid}\npassphrase=Tr4ding-b0t\n") == ["Tr4ding-b0t"]


@pytest.mark.parametrize(
    ("call", "value"),
    [
        ('KucoinClient("{objectid}", "{uuid}", "Tr4ding-b0t")', "Tr4ding-b0t"),
        (
            '// kucoin\nClient::new("{objectid}".to_string(), "{uuid}".to_string(), String::from("Tr4ding-b0t"))',
            "Tr4ding-b0t",
        ),
        ('KucoinClient("{objectid}", "{uuid}", "api_secret_1")', None),
        ('KucoinClient("{objectid}", "{uuid}", "Tr4ding-b0t": 1)', None),
        ('KucoinClient("{objectid}", "{uuid}", "your-pass")', None),
        ('KucoinClient("{objectid}", "{uuid}",' + " " * 81 + '"Tr4ding-b0t")', None),
    ],
)
def test_the_argument_behind_key_and_secret_is_the_passphrase(call: str, value: str | None) -> None:
    for before in ("", "x = 1\n" * 200):
        assert beside(before + call) == ([value] if value else [])


@pytest.mark.parametrize(
    ("call", "value"),
    [
        ('BitstampClient("123456", "{alnum:32}", "{alnum:32}")', "123456"),
        ('BitstampClient("client_1", "{alnum:32}", "{alnum:32}")', None),
        ("# bitstamp\nuser_id = 123456\nkey = {alnum:32}\nsecret = {alnum:32}", "123456"),
        ("# bitstamp\nprice = 123456\nkey = {alnum:32}\nsecret = {alnum:32}", None),
    ],
)
def test_a_user_id_stands_before_key_and_secret(call: str, value: str | None) -> None:
    for before in ("", "x = 1\n" * 200):
        assert beside(before + call, part="user-id") == ([value] if value else [])


def test_what_stands_with_a_value_has_its_place_its_name_and_its_partner() -> None:
    text = fill(f"x = 1\n# kucoin\n{PAIR}passphrase = 'Tr4ding-b0t'\n", 7)
    candidates = DETECTOR.inspect(text.encode()).candidates
    companion = candidates[-1]
    assert text[slice(*companion.span)] == "Tr4ding-b0t"
    assert text[slice(*companion.label.span)] == "passphrase"
    assert companion.partner is not None
    assert candidates[companion.partner].part == "secret"
    assert candidates[companion.partner].partner == 0
    found = matches(text)
    assert found["Tr4ding-b0t"].confidence == found[candidates[1].identity.decode()].confidence


def test_each_account_keeps_its_own_passphrase() -> None:
    account = "# kucoin\nkey = '{objectid}'\nsecret = '{uuid}'\npassphrase = 'PASS'\n" + "\n" * 12
    text = fill("".join(account.replace("PASS", f"Tr4ding-{name}") for name in ("one", "two", "three")), 7)
    found = [match for match in matches(text).values() if match.part == "passphrase"]
    secrets = [value.encode() for value, match in matches(text).items() if match.part == "secret"]
    assert [match.partner for match in found] == secrets


def test_a_passphrase_between_two_pairs_is_of_the_first() -> None:
    text = fill("# kucoin\n" + PAIR + "passphrase = 'Tr4ding-b0t'\n" + PAIR, 7)
    found = matches(text)
    first, second = (value.encode() for value, match in found.items() if match.part == "secret")
    assert found["Tr4ding-b0t"].partner == first != second


def test_a_passphrase_goes_to_the_value_whose_exchange_is_named_before_one_that_stands_first() -> None:
    text = fill("api_key = '{objectid}'\npassphrase = 'Tr4ding-b0t'\nOKX_API_KEY = '{uuid}'\n", 7)
    found = matches(text)
    assert found["Tr4ding-b0t"].rule_id == "okx-passphrase"


def test_the_full_name_of_a_short_key_speaks_for_the_secret_beside_it_too() -> None:
    text = fill('ACCESS_KEY="{alnum:16}"\nSECRET="{alnum:32}"\n', 7)
    found = matches(text, b"bot/coinbase.sh").values()
    assert [match.part for match in found] == ["key", "secret"]
    assert matches(text) == {}
