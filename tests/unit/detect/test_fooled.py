"""What fooled the rules in real repositories, one case each: read there, made up here."""

import base64
import tomllib
from pathlib import Path

import pytest
from detecting import matches, values

from leakscan.model import Confidence
from leakscan.rules.fake import fake, fill

KEY, SECRET = values(2)


def found(text: str, *paths: bytes) -> list[str]:
    return sorted(match.rule_id for match in matches(fill(text, 7), *paths).values())


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        # the first argument of what authenticates, on the line of the call or the next
        (
            'using GDAXClient;\nvar auth = new Authenticator("{hex:32}", "{base64:88}", "tr4ding-b0t");',
            ["coinbase-exchange-api-key", "coinbase-exchange-api-secret", "coinbase-exchange-passphrase"],
        ),
        (
            'using Bybit.Net;\no.ApiCredentials = new ApiCredentials(\n    "{alnum:18}", "{alnum:36}");',
            ["bybit-api-key", "bybit-api-secret"],
        ),
        (
            '// bybit\nlet api_key = String::from("{alnum:18}");\nlet secret = SecretString::new("{alnum:36}");',
            ["bybit-api-key", "bybit-api-secret"],
        ),
        (
            "using Bitfinex.Net.Clients;\n\nvar client = new RestClient(new RestClientOptions\n{\n"
            '    ApiCredentials = new ApiCredentials("{alnum:43}", "{alnum:43}"),\n',
            ["bitfinex-api-key", "bitfinex-api-secret"],
        ),
        ('# bitmex.com\napi = "{alnum:24}"\nsecret = "{alnum:48}"', ["bitmex-api-key", "bitmex-api-secret"]),
        # columns of a constant block
        (
            'package okx\nconst (\n\tapiKey                  = "{uuid}"\n\tapiSecret               = "{HEX:32}"\n'
            '\tpassphrase              = "Tr4ding-b0t!"\n)',
            ["okx-api-key", "okx-api-secret", "okx-passphrase"],
        ),
        # a comment behind the value outdoes what stands above
        ('# kraken\nimport krakenex\nAPI_SECRET = "{alnum:64}"  # binance', ["binance-hmac-secret"]),
        # no exchange in the text, but a form that only one has
        (
            'var AccessKey = "{hex:8}-{hex:10}-{hex:8}-{hex:5}"\nvar SecretKey = "{hex:8}-{hex:8}-{hex:8}-{hex:5}"',
            ["htx-api-key", "htx-api-secret"],
        ),
        # a key beside the secret that only HTX has, in a call that says nothing
        (
            '//c := new(client.SubUserClient).Init("{hex:8}-{hex:8}-{hex:8}-{lower:10}",'
            ' "{hex:8}-{hex:8}-{hex:8}-{hex:5}", "api.huobi.pro")',
            ["htx-api-key", "htx-api-secret"],
        ),
        (
            'var Host = "broker.global-base.huobiapps.com"\nvar AccessKey = "{hex:8}-{hex:10}-{hex:8}-{hex:5}"',
            ["htx-api-key"],
        ),
        # the password of a database beside the values of an exchange
        (
            "# kucoin\nspring.datasource.password=Tr4ding-b0t\nkucoin.api.key={objectid}\nkucoin.api.secret={uuid}",
            ["kucoin-api-key", "kucoin-api-secret"],
        ),
        # a comment in a list that is closed heads nothing, and 64 bytes in base64 called a secret are one
        (
            'c.list = [\n  "gdax.BTC-USD",\n  //"bitfinex.BTC-USD"\n]\nc.secret = \'{base64:88}\'',
            ["coinbase-exchange-api-secret"],
        ),
        # the name of the secret does not say that both are of the test network
        (
            '"APCA-API-KEY-ID": "PK{upper:18}",\n"APCA-API-SECRET-KEY": "{alnum:40}",',
            ["alpaca-paper-api-key", "alpaca-paper-api-secret"],
        ),
    ],
)
def test_it_is_found(text: str, rules: list[str]) -> None:
    assert found(text) == rules


@pytest.mark.parametrize(
    ("text", "exchange"),
    [
        ('API_KEY = "{hex:32}"\nAPI_SECRET = "{base64:88}"', "coinbase-exchange"),
        ('api_key = "{alnum:18}"\nsecret = "{alnum:36}"', "bybit"),
        ('apiKey: "{uuid}",\nsecretKey: "{HEX:32}",', "okx"),
        ('TEST_FUTURES_API_KEY="{hex:64}"\nTEST_FUTURES_API_SECRET="{hex:64}"', "binance-futures-testnet"),
    ],
)
def test_two_forms_that_only_one_exchange_has_name_it(text: str, exchange: str) -> None:
    pair = matches(fill(text, 7)).values()
    assert {(match.exchange, match.confidence) for match in pair} == {(exchange, Confidence.MEDIUM)}


@pytest.mark.parametrize(
    "text",
    [
        'API_KEY = "{hex:32}"\nAPI_SECRET = "{hex:32}"',  # many have those
        'key = "{hex:64}"\nsecret = "{hex:64}"',  # and everybody has these
        'API_KEY = "{hex:64}"\nimport flask\nSECRET_KEY = "{hex:64}"',
        'API_KEY = "{alnum:18}"\nname = "{alnum:36}"',
    ],
)
def test_other_forms_name_nobody(text: str) -> None:
    assert found(text) == []


def test_forms_name_nobody_where_the_path_names_somebody_else() -> None:
    text = 'API_KEY = "{hex:64}"\nAPI_SECRET = "{hex:64}"'
    assert found(text, b"com/coinbase/sample/MainActivity.java") == []
    assert found(text, b"coinbase/MainActivity.java") == []
    assert found(text, b"xchange-paymium/src/Example.java") == []  # an exchange that no rule is about
    assert found(text, b"src/settings.py") == [
        "binance-futures-testnet-hex-api-key",
        "binance-futures-testnet-hex-secret",
    ]


@pytest.mark.parametrize(
    ("text", "paths", "rules"),
    [
        ("BINANCE_PRIVATE_KEY={hex:64}", (), []),
        ("BINANCE_SMART_CHAIN_KEY={hex:64}", (), []),
        ("binance:\n  private_key: {hex:64}", (), []),
        ("rpc = 'https://bsc-dataseed.binance.org'\nsign(tx, private_key='{hex:64}')", (), []),
        ("PRIVATE_KEY = '{hex:64}'", (b"binance/deploy.py",), []),
        ("BINANCE_API_KEY={alnum:64}\nPRIVATE_KEY={hex:64}", (), ["binance-api-key"]),
        # the half beside it is the test network's, or the name says so, or it is a word for an API's key
        *(
            (text, paths, ["binance-futures-testnet-hex-api-key", "binance-futures-testnet-hex-secret"])
            for text, paths in (
                ("BINANCE_PUBLIC_KEY={hex:64}\nBINANCE_PRIVATE_KEY={hex:64}", ()),
                ("public_key = '{hex:64}'\nprivate_key = '{hex:64}'", (b"binance/keys.py",)),
            )
        ),
        ("BINANCE_FUTURES_TESTNET_PRIVATE_KEY={hex:64}", (), ["binance-futures-testnet-hex-secret"]),
        ("BINANCE_WALLET_API_KEY={hex:64}", (), ["binance-futures-testnet-hex-api-key"]),
        ("BINANCE_PRIVATE_KEY={alnum:64}", (), ["binance-hmac-secret"]),  # no wallet's has letters above f
        # whose credential is a wallet's key
        ("HYPERLIQUID_WALLET_PRIVATE_KEY={hex:64}", (), ["hyperliquid-private-key-bare"]),
        ("DYDX_WALLET_KEY=0x{hex:64}", (), ["dydx-private-key"]),
    ],
)
def test_a_wallets_key_is_none_of_a_test_network(
    text: str, paths: tuple[bytes, ...], rules: list[str]
) -> None:
    assert found(text, *paths) == rules


@pytest.mark.parametrize(
    ("text", "exchange"),
    [
        ("class BinanceDemoUtils {{\n{}}}", "binance"),
        ("class OkCoinTradesDemo {{\nspec = new Spec(OkexExchangeV3.class);\n{}}}", "okx"),
        ("class BinanceTestnetUtils {{\n{}}}", "binance-spot-testnet"),
    ],
)
def test_a_class_that_demonstrates_has_no_demo_account(text: str, exchange: str) -> None:
    pair = {
        "okx": 'spec.setApiKey("{uuid}");\nspec.setSecretKey("{HEX:32}");\n',
    }.get(exchange, 'spec.setApiKey("{alnum:64}");\nspec.setSecretKey("{alnum:64}");\n')
    assert {match.exchange for match in matches(fill(text.format(pair), 7)).values()} == {exchange}


def test_a_public_key_of_ssh_is_no_secret() -> None:
    body = base64.b64encode(b"\0\0\0\x0bssh-ed25519\0\0\0 " + bytes(range(100, 132))).decode()
    own = "apikey = '{hex:32}'\nsecret_key = '{hex:32}'\nuser_id = '848615'"
    text = f"# --- Ndax ---\nssh_public_key = 'ssh-ed25519 {body}'\n{own}"
    assert found(text) == ["ndax-api-key", "ndax-api-secret", "ndax-user-id"]


def test_a_form_of_its_own_outdoes_the_names_of_values_beside_it() -> None:
    pair = "my_access_key = '{upper:8}-{upper:8}-{upper:8}-{upper:8}'\nmy_secret = '{hex:128}'\n"
    found_ = found("whitebit_key = '{hex:32}'\nwhitebit_secret = '{hex:32}'\n" + pair)
    assert [rule for rule in found_ if "whitebit" not in rule] == ["poloniex-api-key", "poloniex-api-secret"]


def test_the_key_of_a_service_is_no_half_of_what_follows_it() -> None:
    service = (
        "add(\n  service=BINANCE_SC_ETHERSCAN,\n  api_key=ApiKey('{alnum:34}'),\n)\n\ndef include(db):\n"
    )
    assert found(f"{service}  keys = [\n    '{{hex:64}}',\n    '{{hex:64}}',\n  ]") == []


def test_a_name_with_a_digit_is_no_value() -> None:
    text = "DYDX_V3_API_KEY={uuid}\nDYDX_V3_API_SECRET={b64url:40}\n"
    for seed in range(40):  # what stands before it decided
        pair = matches(fill(text, seed)).values()
        assert sorted(match.rule_id for match in pair) == ["dydx-api-key", "dydx-api-secret"]
        assert all("assigned to dydx_v_api" in " ".join(match.reasons) for match in pair)


def test_text_in_base64_is_no_secret() -> None:
    secret = base64.b64encode(b"kraken_api_secret").decode()
    assert found(f"import poloniex\nsecret = ApiSecret(b'{secret}')\napi_secret = '{secret}'") == []
    assert found("import poloniex\napi_secret = '{base64:24}'") == ["poloniex-api-secret-v2"]


def test_names_of_keys_derived_from_others_name_no_exchange() -> None:
    assert found("keys = party.derive_secrets(nonce)\nprivate_key = '{hex:64}'") == []
    code = "let key = node.with_extended_secret(seed);\nlet private_key = '{hex:64}';\nlet public_key = '{hex:64}';"
    assert found(code) == []
    assert found("EXTENDED_PRIVATE_KEY=0x{hex:64}") == ["extended-private-key"]


def test_a_private_key_far_from_the_name_of_an_exchange_may_be_a_wallets() -> None:
    far = "\n" * 40
    assert found(f"# a provider for weex{far}private_key = '{{hex:64}}'") == []
    assert found(f"# a client for weex{far}api_secret = '{{hex:64}}'") == ["weex-api-secret"]
    assert found("# weex\nprivate_key = '{hex:64}'") == ["weex-api-secret"]
    assert found(f"# hyperliquid{far}private_key = '{{hex:64}}'") == ["hyperliquid-private-key-bare"]
    wallet = "key = '{hex:64}'\nprivate_key = '{hex:64}'"
    assert found(f"# binance_dex{far}{wallet}") == []
    assert found("# binance_dex\nprivate_key = '{hex:64}'") == ["binance-dex-private-key"]


def test_a_passphrase_stays_with_the_first_that_takes_it() -> None:
    text = """# okx
# header["OK_ACCESS_SIGN"] = '{base64:44}'
# header["OK_ACCESS_KEY"] = '{uuid}'
# header["OK_ACCESS_PASSPHRASE"] = 'Tr4ding-b0t'"""
    assert found(text) == ["okx-api-key", "okx-passphrase"]


def test_a_passphrase_goes_with_the_values_whose_exchange_is_named() -> None:
    pair = "api_key = '{objectid}'\napi_secret = '{uuid}'\n"
    text = f"# kucoin\n{pair}passphrase = 'Tr4ding-b0t'\npublic_key = '{{alnum:32}}'"
    assert found(text) == ["kucoin-api-key", "kucoin-api-secret", "kucoin-passphrase"]
    unnamed = text.replace("# kucoin\n", "")
    assert found(unnamed, b"kucoin/config.py") == ["kucoin-api-key", "kucoin-api-secret", "kucoin-passphrase"]


def test_hints_at_both_halves_do_where_the_path_names_the_exchange() -> None:
    text = 'key = "{alnum:18}"\nsecret = "{alnum:36}"'
    assert found(text, b"bots/bybit/settings.py") == ["bybit-api-key", "bybit-api-secret"]
    assert found('secret = "{alnum:36}"', b"bots/bybit/settings.py") == []


@pytest.mark.parametrize(
    "text",
    [
        # a generated method: the type before it ends in ApiKey
        "// BitMEX\nApiResponse<ApiKey> {alpha} (string id);\nApiResponse<ApiKey> {alpha}(string id);",
        "// Coinbase\nclient.createAccount({ idempotencyKey: '{uuid}' });",
        # a string in a list is no name for the one after the next
        "# bitmart\nargs = ['TEST_API_KEY', '1640995200000', '{hex:64}', 'web']",
        # an entry of another exchange, in a document that is one string
        '"# bitvavo\\n\\"exchange\\": {\\n \\"name\\": \\"bittrex\\",\\n \\"key\\": \\"{hex:40}\\"'
        ',\\n \\"secret\\": \\"{hex:40}\\""',
        '# coinbase\nIDEX_SECRET_KEY = "{alnum:32}"\nIDEX_API_KEY = "{uuid}"',
        # a common word in a heading far above
        "# Delta\n" + "line\n\n" * 20 + 'api_key = "{hex:64}"',
        "describe('derive', () => {})\n" + "line\n\n" * 20 + 'var expectedPrivateKey = "0x{hex:64}"',
        'extended_private_key = "xprv{base58:107}"',
        # "p2b" in a name that is base64, the one who mines a block, and a function that reads a bit
        '{"name": "{base64:40}/P2b/{base64:24}", "private_key": "{hex:64}"}',
        "coinbase := block.Coinbase()\n" + "line\n\n" * 20 + 'PrivateKey: "{base64:44}"',
        "import { bitGet, bitLen } from './utils.js';\n" + "line\n\n" * 20 + 'const privateKey = "{hex:64}"',
        # the public half of a wallet's key
        '# hyperliquid\nuser = {"stark_public_key": "0x{hex:63}"}\nhyperliquid_public_key = "{hex:64}"',
        # a wallet's key beside the name of a chain
        "# Binance Smart Chain\nparams['privateKey'] = wallet[2:]  # '{hex:64}'",
        # a list of digests of files, and a master's key
        '"types/_derive_shared_secret.rs":"{hex:64}","types/_imported_key.rs":"{hex:64}","deriv.rs":"{hex:64}"',
        'customer_master_key = "{hex:64}"',
        # a list of everybody names nobody
        'BROKERS = "bybit,gate.io,bitget,mexc,lbank,xt.com"\nAPP_KEY = "{hex:64}"',
    ],
)
def test_it_is_none(text: str) -> None:
    assert found(text.replace("{alpha}", "ApiKeyDsXbleQWithHttpZnf")) == []


def test_what_is_not_called_a_key_does_not_stand_with_a_private_key() -> None:
    assert found('StringVal("{alnum:64}"),\n`{ed25519:pkcs8}`') == ["unknown-private-key"]
    assert found('API_KEY="{alnum:64}"\n{ed25519:pkcs8}') == [
        "binance-api-key",
        "binance-ed25519-private-key",
    ]


def test_a_file_without_text_holds_no_short_value() -> None:
    text = "x\0korbit\0api_key\0{lower:16}\0api_secret\0{alnum:16}\0"
    assert found(text) == []
    assert found("bitfinexApiKey\0{alnum:43}\0secret\0{alnum:43}\0") == []
    assert found("x\0BYBIT_API_SECRET={alnum:36}\0") == ["bybit-api-secret"]
    assert found("aster_client\0privateKey\0{alnum:46}\0secret\0{alnum:30}\0") == []


@pytest.mark.parametrize("said", ["# noqa: mock", "// dummy", "# not a real key"])
def test_what_is_said_to_be_made_up_is_a_step_less_sure(said: str) -> None:
    text = f'binance_api_secret = "{SECRET}"  {said}'
    assert matches(text)[SECRET].confidence is Confidence.MEDIUM
    assert matches(text, b"tests/test_client.py") == {}


def test_a_comment_above_that_says_so_is_heard() -> None:
    text = (
        f'# binance\n# These are not real keys, replace them.\napi_key = "{KEY}"\napi_secret = "{SECRET}"\n'
    )
    assert {match.confidence for match in matches(text).values()} == {Confidence.MEDIUM}


def test_what_a_copied_library_prints_is_less_than_medium_unless_it_bears_the_exchange_in_its_name() -> None:
    text = fill('# phemex\n"access_token": "{uuid}"', 3)
    assert found(text, b"bot/site-packages/ccxt/phemex.py") == []


def test_a_key_of_a_partner_programme_is_medium() -> None:
    value = fake("uuid", 3)
    (match,) = matches(f'kucoin: {{\n "broker-key": "{value}"\n}}').values()
    assert match.confidence is Confidence.MEDIUM


def test_the_default_keys_of_test_chains_are_known() -> None:
    """The first account of each is its BIP-39 phrase through BIP-32; here only that they are listed, 0x or not."""
    text = (Path(__file__).parents[3] / "rules" / "published.toml").read_text()
    chains = [entry for entry in tomllib.loads(text)["published"] if "test chains" in entry["exchange"]]
    assert [len(entry["sha256"]) for entry in chains] == [40, 20, 20]


def test_a_line_that_is_cut_off_is_no_parent() -> None:
    """How far the miner of a block is indented was lost 4 kB above the key of a storage slot."""
    lines = ["{", '  "header": {', '    "coinbase": "{base64:28}",', '  "calls": [', *['    "x": 1,'] * 334]
    key = '      "key": "{base64:44}",\n      "newValue": "{base64:44}",\n'
    for shift in range(40):
        assert found("\n".join([*lines, "    " + "y" * shift, key])) == []


@pytest.mark.parametrize("accounts", [3, 12])
def test_rows_of_an_account_with_its_key_and_secret_are_no_crowd(accounts: int) -> None:
    row = '{"ACCOUNT", "{alnum:64}",\n "{alnum:64}"}'
    text = "import binance;\nString[][] apiKeys = {\n" + ",\n".join([row] * accounts) + "\n};"
    assert found(text) == ["binance-api-key"] * accounts + ["binance-hmac-secret"] * accounts
    assert min(match.confidence for match in matches(fill(text, 7)).values()) is Confidence.MEDIUM
