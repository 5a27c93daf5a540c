"""What repositories showed that had taught the rules nothing: one case each, made up here."""

import pytest
from detecting import matches

from leakscan.rules.fake import fake, fill


def found(text: str, *paths: bytes) -> list[str]:
    return sorted(match.rule_id for match in matches(fill(text, 7), *paths).values())


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        # forms that only one exchange has, with hints and a passphrase
        (
            "<?php\n$key='{uuid}';\n$secret='{HEX:32}';\n$passphrase='tr4ding123';",
            ["okx-api-key", "okx-api-secret", "okx-passphrase"],
        ),
        ("<?php\n$key='{uuid}';\n$secret='{HEX:32}';", []),
        # a closed exchange had the same forms
        (
            '{"Worker": {\n  "AccessKey": "{alnum:40}",\n  "SecretKey": "{alnum:40}"\n}}',
            ["upbit-api-key", "upbit-api-secret"],
        ),
        ('{"qiniuAccessKey": "{alnum:40}", "qiniuSecretKey": "{alnum:40}"}', []),
        # the old API under the name of the new one
        (
            "credentials:\n  coinbase_key: {hex:32}\n  coinbase_secret: {base64:88}\n"
            "  coinbase_passphrase: Tr4ding-b0t",
            ["coinbase-exchange-api-key", "coinbase-exchange-api-secret", "coinbase-exchange-passphrase"],
        ),
        # the passphrase in place of a variable that is not set, and given to a setter
        (
            'const key = process.env.OKX_API_KEY ?? "{uuid}";\nconst s = process.env.OKX_API_SECRET ?? "{HEX:32}";\n'
            'const p = process.env.OKX_API_PASSPHRASE ?? "Tr4ding!";',
            ["okx-api-key", "okx-api-secret", "okx-passphrase"],
        ),
        (
            '// okx\nconfig.setApiKey("{uuid}");\nconfig.setSecretKey("{HEX:32}");\nconfig.setPassphrase("Tr4ding!");',
            ["okx-api-key", "okx-api-secret", "okx-passphrase"],
        ),
        (
            '// okx\nconfig.setApiKey("{uuid}");\nconfig.setSecretKey("{HEX:32}");\nconfig.setPassphrase(passphrase);',
            ["okx-api-key", "okx-api-secret"],
        ),
        # the real ones in comments behind made-up ones
        (
            'return {\n  apiKey: "some-key", // {alnum:18}\n  apiSecret: "some-secret", // {alnum:36}\n}',
            ["bybit-api-key", "bybit-api-secret"],
        ),
        # an older key, too far from the name of the exchange for the second argument
        (
            'from deribit_api import RestClient\nclient = RestClient("{alnum:11}7", "{upper:32}", "https://x.example")',
            ["deribit-api-key", "deribit-legacy-secret"],
        ),
        # what a name and its value are called
        (
            "DEBUG com.huobi.ApiSignature - key: AccessKeyId, value: {hex:8}-{hex:8}-{hex:8}-{hex:5}",
            ["htx-api-key"],
        ),
        # the name of a function that takes both
        (
            'import binance\ncheck_key_and_secret("{alnum:64}",\n    "{alnum:64}")',
            ["binance-api-key", "binance-hmac-secret"],
        ),
    ],
)
def test_what_was_missed(text: str, rules: list[str]) -> None:
    assert found(text) == rules


@pytest.mark.parametrize(
    "text",
    [
        # numbers of projects in a solution of Visual Studio, one of them named as an exchange
        'Project("{' + fake("uuid", 1).upper() + '}") = "Poloniex.Api", "Poloniex.Api.csproj", "{{{uuid}}}"\n'
        'EndProject\nProject("{'
        + fake("uuid", 2).upper()
        + '}") = "Poloniex", "Poloniex.csproj", "{{{uuid}}}"',
        # to derive, and Derive
        "deriveHdPrivateNodeFromSeed(\n  hexToBin(\n    '{hex:128}',\n  ),\n)",
        "derivePrivateKey('0x{hex:64}')",
        "Merge derive_private_key_no_builds: {hex:40}",
        # blocks that are cut short
        "private_key = b'-----BEGIN PRIVATE KEY-----\\nMI{alnum:24}...'\n"
        "public_key = b'-----BEGIN PUBLIC KEY-----\\nMH{alnum:24}...'",
        # a token of another service, in its address
        "# testnet.binancefuture.com\nurl = 'https://oapi.dingtalk.com/robot/send?access_token={hex:64}'",
    ],
)
def test_what_was_none(text: str) -> None:
    assert found(text.replace("{{{uuid}}}", "{" + fake("uuid", len(text)).upper() + "}")) == []


def test_a_query_of_the_exchange_itself_is_read() -> None:
    text = "curl 'https://api.gateio.ws/api/v4?apiKey={hex:32}&secret={hex:64}'"
    assert found(text) == ["gate-api-key", "gate-api-secret"]


@pytest.mark.parametrize(
    ("path", "keys", "told"),
    [(b"src/keys.ts", 4, 4), (b"tests/keys.test.ts", 4, 0), (b"tests/keys.test.ts", 2, 2)],
)
def test_the_keys_of_many_wallets_in_a_test(path: bytes, keys: int, told: int) -> None:
    wallet = 'test("address", () => {\n  const privateKey = "{hex:64}"\n})\n'
    assert len(matches(fill("import {Dydx} from './wallets'\n\n" + wallet * keys, 7), path)) == told
