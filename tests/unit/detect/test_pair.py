import pytest
from detecting import DETECTOR, matches, values

from leakscan.rules.fake import fake, fill

KEY, SECRET = values(2)


@pytest.mark.parametrize(
    "text",
    [
        "from binance.client import Client\nClient('{key}', '{secret}')",
        "binance\n{key}\n{secret}\n",
        "binance_secret = '{secret}'\nbinance_key = '{key}'\n",
        "binance = {{'secret': '{secret}', 'key': '{key}'}}",
        "headers = {{'X-MBX-APIKEY': '{key}'}}\nhmac.new('{secret}'.encode(), b'')",
        "| Binance | {key} | {secret} |",
        "login(binance_login='{key}', binance_sec='{secret}')",
        'binance := exchange{{"{key}", "{secret}", 3000, "https://fapi.binance.com"}}',
    ],
)
def test_key_and_secret_are_told_apart_and_joined(text: str) -> None:
    found = matches(text.format(key=KEY, secret=SECRET))
    assert (found[KEY].part, found[KEY].partner) == ("key", SECRET.encode())
    assert (found[SECRET].part, found[SECRET].partner) == ("secret", KEY.encode())


def test_two_that_stand_apart_without_names_of_parts_are_no_pair() -> None:
    text = f'# binance\nmarket := exchange{{"{KEY}"}}\nother := exchange{{"{SECRET}"}}\n'
    assert not any(match.partner for match in matches(text).values())


def test_each_account_keeps_its_own_pair() -> None:
    drawn = values(6)
    accounts = [
        f"binance_{name}_key={key}\nbinance_{name}_secret={secret}\n"
        for name, key, secret in zip(("one", "two", "three"), drawn[::2], drawn[1::2], strict=True)
    ]
    found = matches("".join(accounts))
    assert [found[value].partner for value in drawn] == [
        other.encode() for pair in zip(drawn[1::2], drawn[::2], strict=True) for other in pair
    ]


@pytest.mark.parametrize("kind", ["rsa:2048", "ed25519", "ed25519:encrypted"])
def test_an_api_key_is_joined_with_a_private_key_and_both_are_of_binance(kind: str) -> None:
    found = matches(f"API_KEY = '{KEY}'\nPRIVATE_KEY = '''{fake(kind)}'''\n")
    assert found[KEY].part == "key"
    assert found[KEY].partner is not None
    assert found[found[KEY].partner.decode()].part == "private-key"
    assert {match.exchange for match in found.values()} == {"binance"}


def test_two_secrets_are_no_pair() -> None:
    found = matches(f"binance_secret_a={KEY}\nbinance_secret_b={SECRET}\n")
    assert [match.partner for match in found.values()] == [None, None]


def test_values_of_two_exchanges_are_no_pair() -> None:
    found = matches(f"BINANCE_API_KEY={KEY}\nBINANCEUS_API_SECRET={SECRET}\n")
    assert [match.partner for match in found.values()] == [None, None]


def test_many_values_without_names_are_nobodys_keys() -> None:
    listed = "".join(f'    "{value}",\n' for value in values(8))
    assert matches("import binance\n" + "\n" * 30 + f"VECTORS = [\n{listed}]\n") == {}


def partners(text: str) -> dict[int, int]:
    """By the number of a mark in braces: with which other it is joined."""
    drawn = values(text.count("@"))
    for value in drawn:
        text = text.replace("@", value, 1)
    found = matches(text)
    return {
        number: drawn.index(found[value].partner.decode())  # type: ignore[union-attr]
        for number, value in enumerate(drawn)
        if value in found and found[value].partner is not None
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # of several, the one whose name has most in common, then the nearest, then the first
        ("a_key=@\nb_key=@\nb_secret=@\na_secret=@\n", {0: 3, 1: 2, 2: 1, 3: 0}),
        ("key=@\nkey=@\nsecret=@\n", {1: 2, 2: 1}),
        ("key=@\nsecret=@\nsecret=@\n", {0: 1, 1: 0}),
        ("secret=@\nkey=@\nsecret=@\n", {0: 1, 1: 0}),
        ("main_api_key=@\nx_secret=@\nmain_api_secret=@\n", {0: 2, 2: 0}),
        # no further than 500 bytes and 8 lines
        ("key=@" + "\n" * 8 + "secret=@", {0: 1, 1: 0}),
        ("key=@" + "\n" * 9 + "secret=@", {}),
        ("key=@;" + "." * 491 + " secret=@", {0: 1, 1: 0}),
        ("key=@;" + "." * 492 + " secret=@", {}),
        ("key=@;" + "." * 400 + " secret=@", {0: 1, 1: 0}),
        # names that say the same part, and one that says none
        ("key=@\nkey=@\n", {}),
        ("secret=@\nnick=@\n", {}),
        ("binance_secret=@\nbinance_login=@\n", {0: 1, 1: 0}),
        ("hash=@\nsecret=@\n", {}),
    ],
)
def test_which_of_several_values_are_joined(text: str, expected: dict[int, int]) -> None:
    assert partners("# binance\n" + text) == expected


def test_the_eighth_value_behind_one_may_be_its_other_half_and_the_ninth_not() -> None:
    for between, joined in ((7, True), (8, False)):
        keys = [
            f"{name}_key={fake('alnum:18', at)};" for at, name in enumerate(["own", *"abcdefgh"[:between]])
        ]
        found = matches(f"# bybit\n{''.join(keys)}own_secret={fake('alnum:36')};")
        assert (found[fake("alnum:18", 0)].partner == fake("alnum:36").encode()) == joined


@pytest.mark.parametrize(
    ("names", "parts"),
    [
        (("api_key", "x"), ("key", "secret")),
        (("x", "api_key"), ("secret", "key")),
        (("api_secret", "x"), ("secret", "key")),
        (("x", "api_secret"), ("key", "secret")),
        (("binance_a", "binance_b"), ("key", "secret")),
    ],
)
def test_names_tell_the_parts_and_else_the_key_stands_first(
    names: tuple[str, str], parts: tuple[str, str]
) -> None:
    first, second = (f"binance_{name}".replace("binance_binance", "binance") for name in names)
    found = matches(f"{first}='{KEY}'\n{second}='{SECRET}'\n")
    assert (found[KEY].part, found[SECRET].part) == parts


def test_a_private_key_goes_with_the_nearest_key_that_has_no_secret() -> None:
    drawn = values(4)
    pem = fake("ed25519")
    text = (
        f"# binance\nAPI_KEY_A = '{drawn[0]}'\nAPI_SECRET_A = '{drawn[1]}'\n"
        + "\n" * 12
        + f"API_KEY_B = '{drawn[2]}'\n"
        + "\n" * 3
        + pem
        + "\n" * 12
        + f"API_KEY_C = '{drawn[3]}'\n"
    )
    found = matches(text)
    private = next(match for match in found.values() if match.part == "private-key")
    assert private.partner == drawn[2].encode()
    assert found[drawn[0]].partner == drawn[1].encode()
    assert found[drawn[3]].partner is None


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("# bybit\nkey = '{alnum:18}'\n{rsa:2048}", True),
        ("# bybit\n{rsa:2048}\nkey = '{alnum:18}'\n", True),
        ("# bybit\nsecret = '{alnum:36}'\n{rsa:2048}", False),
        ("# okx\nkey = '{uuid}'\n{rsa:2048}", False),  # it takes none
        ("api_key = '{alnum:18}'\n{rsa:2048}", False),  # much else has this form
        ("api_key = '{alnum:64}'\n{rsa:2048}", True),  # and hardly anything this one
        ("api_secret = '{alnum:64}'\n{rsa:2048}", False),
    ],
)
def test_a_private_key_goes_with_a_key_of_an_exchange_that_takes_one(text: str, joined: bool) -> None:
    candidates = DETECTOR.inspect(fill(text, 7).encode()).candidates
    assert any(c.key and c.partner is not None for c in candidates) == joined
    assert all(
        candidates[c.partner].partner == at for at, c in enumerate(candidates) if c.partner is not None
    )


def test_each_private_key_goes_with_a_key_of_its_own() -> None:
    key, pem = "key = '{alnum:18}'\n", "{ed25519}\n" + "\n" * 12
    for text, partners in (
        (key + pem + key + pem, [1, 0, 3, 2]),
        (pem + key + pem + key, [1, 0, 3, 2]),
        (pem + key + pem, [1, 0, None]),
    ):
        data = fill("# revolutx\n" + text.replace("alnum:18", "alnum:64"), 7).encode()
        assert [c.partner for c in DETECTOR.inspect(data).candidates] == partners
