"""Ways in which people write credentials down, and what stands beside them that is none."""

import pytest
from detecting import matches

from leakscan.model import Confidence
from leakscan.rules.fake import fake, fill

COLUMNS = "account_id, label, api_key, api_secret, comment, is_active, created_at, updated_at, last_error"
ROW = "INSERT INTO accounts (id, exchange, {0}) VALUES ('{{uuid}}', '{1}', {2});"


def found(text: str, *paths: bytes) -> list[str]:
    """Rules at medium and above."""
    given = matches(fill(text, 3), *paths).values()
    return sorted(match.rule_id for match in given if match.confidence >= Confidence.MEDIUM)


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        # columns name every value of their line, and an id is none
        (
            ROW.format("api_key, api_secret", "polymarket", "'{uuid}', '{base64:44}'"),
            ["polymarket-api-key", "polymarket-api-secret"],
        ),
        (ROW.format("private_key", "pacifica", "'{base58:88}'"), ["pacifica-solana-private-key"]),
        (
            "exchange,label,api_key,api_secret\ngemini,main,account-{alnum:20},{base58:28}",
            ["gemini-api-key", "gemini-api-secret"],
        ),
        # a long word before the name, the end of an armour behind the value
        (f"{'x' * 30} BINANCE_API_SECRET='{{alnum:64}}'", ["binance-hmac-secret"]),
        ("BINANCE_API_SECRET={alnum:64}\n-----END CERTIFICATE-----\n", ["binance-hmac-secret"]),
        # PowerShell's conversion
        (
            '$binanceSecret = ConvertTo-SecureString "{alnum:64}" -AsPlainText\n'
            "$binanceKey = ConvertTo-SecureString -String '{alnum:64}' -AsPlainText",
            ["binance-api-key", "binance-hmac-secret"],
        ),
        # the space of names of a program's own settings
        ("# bybit\napp.api.key={alnum:18}\napp.api.secret={alnum:36}", ["bybit-api-key", "bybit-api-secret"]),
        # a symbol first, of which one value of 32 has one
        ("# Deepcoin\nApiKey = '-{b64url:20}x9Q{alnum:19}'", ["deepcoin-api-key"]),
        # keys of 16 letters in addresses, in web forms, in calls
        (
            "https://api.coinbase.com/v2/account?access_key={alnum:16}&secret={alnum:32}",
            ["coinbase-legacy-api-key", "coinbase-legacy-secret"],
        ),
        (
            '<h2>Coinbase</h2><input name="api_key" value="{alnum:16}"><input name="api_secret" value="{alnum:32}">',
            ["coinbase-legacy-api-key", "coinbase-legacy-secret"],
        ),
        # common words that are names where they stand alone
        ("<h2>Derive</h2>\nprivate_key = '0x{hex:64}'", ["derive-private-key"]),
        ("# key for Derive, trade only\nprivate_key = '0x{hex:64}'", ["derive-private-key"]),
        ("$e = new \\ccxt\\derive(array('privateKey' => '0x{hex:64}'));", ["derive-private-key"]),
        # more columns than stand within 64 bytes of the value, and the second row of them
        (
            f"INSERT INTO accounts (exchange, {COLUMNS}) VALUES ('bybit', 1, 'main', '{{alnum:18}}', '{{alnum:36}}'),\n"
            "('kucoin', 2, 'second', '{objectid}', '{uuid}');",
            ["bybit-api-key", "bybit-api-secret", "kucoin-api-key", "kucoin-api-secret"],
        ),
        (
            f"INSERT INTO bybit_accounts (no, {COLUMNS}) VALUES (7, 1, 'main', '{{alnum:18}}', '{{alnum:36}}');",
            ["bybit-api-key", "bybit-api-secret"],
        ),
        # headers: a scheme before the key, a name of one word, a name that others have too
        *(
            (text, ["bitstamp-api-key"])
            for text in (
                'curl -H "X-Auth: BITSTAMP {alnum:32}" https://www.bitstamp.net/api/v2/balance/',
                'headers = {"X-Auth": "BITSTAMP {alnum:32}", "X-Auth-Nonce": nonce}',
                'headers["X-Auth"] = "BITSTAMP " + "{alnum:32}"',
                'req.Header.Set("X-Auth", "BITSTAMP {alnum:32}")',
            )
        ),
        ('curl -H "KEY: {hex:32}" -H "SIGN: {hex:128}" https://api.gateio.ws/api/v4/x', ["gate-api-key"]),
        ('curl -H "x-auth-key: {alnum:32}" https://ascendex.com/api/pro/v1/info', ["ascendex-api-key"]),
        # user and password of HTTP
        (
            "curl -u {lower:13}:{b64url:43} https://api.luno.com/api/1/balance",
            ["luno-api-key", "luno-api-secret"],
        ),
        (
            'curl --user "{hex:32}:{hex:32}" https://api.hitbtc.com/api/2/x',
            ["hitbtc-api-key", "hitbtc-api-secret"],
        ),
        # the one `=` that fills up base64 assigns nothing, and the first entry of an item of a list heads nothing
        (
            'var client = new BackpackExchange(@"{base64:44}", @"{base64:44}");',
            ["backpack-api-key", "backpack-api-secret"],
        ),
        (
            "- webhook_port: 8080\n  url: https://api.bybit.com\n  api_key: {alnum:18}\n  api_secret: {alnum:36}",
            ["bybit-api-key", "bybit-api-secret"],
        ),
        (
            "app.url=https://sapi.xt.com\napp.apikey={uuid}\napp.secretKey={hex:40}",
            ["xt-api-key", "xt-api-secret"],
        ),
        ("exchangeName = `liquid`\ntokenSecret = `{base64:88}`", ["liquid-api-secret"]),
        # the configuration file of Hyperliquid's own client
        ('# hyperliquid\n{"secret_key": "0x{hex:64}"}', ["hyperliquid-private-key"]),
    ],
)
def test_it_is_found(text: str, rules: list[str]) -> None:
    assert found(text) == rules


@pytest.mark.parametrize(
    "text",
    [
        "app.key={hex:32}\n# kraken",
        '# coinone\n"$2b$12${b64url:53}",  // passwordHash',
        'x = "0x{hex:40}"\n# extended\n"{alnum:43}",  // connectId',
        "# bybit\nkey = '-Dsome.Setting9/Path/Of/Classes/Main1'",
        "url = 'https://api.hyperliquid.xyz'\n\nkey = '0x{hex:64}'",
        "# falconx\nFX-ACCESS-SIGN: {hex:64}",
        "- name: telegram\n  note: next to bybit\n  secret: '{alnum:36}'",
        "kucoin.sandbox = true\nbot.api.graphql.key = {uuid}",
        "docker run -u 1000:{alnum:32} image",
        "KRAKEN_FILE_KEY_MD5={base64:56}",
    ],
)
def test_it_is_left_alone(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("escape", ["\x1b", "\\u001b", "\\x1B", "\\033", "\\e"])
@pytest.mark.parametrize("colour", ["[32m", "[1;32m", "[38;5;196m"])
def test_colours_of_a_terminal_hide_nothing(escape: str, colour: str) -> None:
    start, end = escape + colour, f"{escape}[0m"
    text = "{0}BINANCE_KEY{1}={0}<alnum:64>{1}\n{0}binance_secret{1}: {0}<alnum:64>{1}\n"
    text += "{0}KUCOIN_KEY{1}={0}<objectid>{1}\n{0}kucoin_secret{1}: {0}<uuid>{1}\n"
    given = matches(
        fill(text.format("START", "END").replace("<", "{").replace(">", "}"), 3)
        .replace("START", start)
        .replace("END", end)
    )
    assert sorted((match.rule_id, len(match.secret)) for match in given.values()) == [
        ("binance-api-key", 64),
        ("binance-hmac-secret", 64),
        ("kucoin-api-key", 24),
        ("kucoin-api-secret", 36),
    ]


def test_the_password_of_a_database_is_no_passphrase() -> None:
    text = "COINBASE_PRO_KEY='{hex:32}'\nCOINBASE_PRO_SECRET='{base64:88}'\nDB_PASSWORD='{alnum:32}'"
    assert "coinbase-exchange-passphrase" not in found(text)
    assert "coinbase-exchange-passphrase" in found(text.replace("DB_PASSWORD", "CB_PASSWORD"))


def test_a_recovery_phrase_is_one_by_its_words_and_its_check() -> None:
    phrase = fake("words:24")
    words = phrase.split(" ")
    assert found(f"dydx_mnemonic: {phrase}") == ["dydx-recovery-phrase"]
    swapped = " ".join([words[1], words[0], *words[2:-1], words[-1]])
    for other in (swapped, " ".join(words[:-1]), f"{phrase} {words[0]}", phrase.title()):
        assert found(f"dydx_mnemonic: {other}") == []


@pytest.mark.parametrize("ends", ["hex:5", "hex:8", "lower:10"])
def test_a_key_of_groups_is_as_random_where_groups_are_hexadecimal(ends: str) -> None:
    """Of 8-8-8-5 hexadecimal digits, one in eight had been taken for something written."""
    missed = [
        seed
        for seed in range(300)
        if not matches(f"HUOBI_API_KEY = '{fill(f'{{hex:8}}-{{hex:8}}-{{hex:8}}-{{{ends}}}', seed)}'")
    ]
    assert missed == []
    assert found("HUOBI_API_KEY = 'complete-elements-internal-value'") == []
