import pytest
from detecting import matches, values

from leakscan.rules.fake import fake

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
    ],
)
def test_key_and_secret_are_told_apart_and_joined(text: str) -> None:
    found = matches(text.format(key=KEY, secret=SECRET))
    assert (found[KEY].part, found[KEY].partner) == ("key", SECRET.encode())
    assert (found[SECRET].part, found[SECRET].partner) == ("secret", KEY.encode())


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
