"""What a ninth reading of repositories showed: one case each, made up here."""

import base64
import hashlib

import pytest
from detecting import DETECTOR, matches

from leakscan.detect.pem import read_private_keys
from leakscan.model import Confidence
from leakscan.rules.fake import fill

LINES = 'key := "{alnum:64}"\nsecret := "{alnum:64}"\n'
ENV = "API_KEY={alnum:64}\nAPI_SECRET={alnum:64}\n"
OPTIONS = "// binance\nconst o = {{ apiKey: '{{alnum:64}}', apiSecret: '{{alnum:64}}', {} }}\n"
LIVE, TEST = "binance", "binance-spot-testnet"


def exchanges(text: str, *paths: bytes) -> list[str]:
    """In the order of the values."""
    told = sorted(matches(fill(text, 7), *paths).values(), key=lambda match: match.span)
    return [match.exchange for match in told]


@pytest.mark.parametrize(
    ("text", "exchange"),
    [
        ('import "go-binance"\nbinance.UseTestnet = true\n' + LINES, TEST),
        ('import "go-binance"\nbinance.UseTestnet = false\n' + LINES, LIVE),
        (
            'import "go-binance"\n' + LINES + "c := binance.NewClient(binance.BaseUrlTestnet, key, secret)\n",
            TEST,
        ),
        (
            'import "go-binance"\n' + LINES + "c := binance.NewClient(binance.BaseUrlMain, key, secret)\n",
            LIVE,
        ),
        (OPTIONS.format("isTestnet: true"), TEST),
        (OPTIONS.format("'testnet' => true"), TEST),
        (OPTIONS.format("baseUrl: Urls.testnet"), TEST),
        (OPTIONS.format("baseUrl: testnet ? TESTNET_URL : LIVE_URL"), LIVE),
        (
            "// binance\n" + LINES + "let a = Account::new_with_config(key, secret, &Config::testnet());\n",
            TEST,
        ),
        ("// binance\n" + LINES + "options.Environment = BinanceEnvironment.Testnet;\n", TEST),
        ("// binance\n" + LINES + "options.Environment = BinanceEnvironment.Live;\n", LIVE),
        ("# binance\n" + LINES + "c = Client(key, secret, base_path=SPOT_REST_API_TESTNET_URL)\n", TEST),
        ("# binance\n" + LINES + "c = Client(key, secret, base_path=SPOT_REST_API_PROD_URL)\n", LIVE),
        ("# binance\n" + LINES + "url = TESTNET_URL if testnet else LIVE_URL\n", LIVE),
        ("# binance\n" + LINES + "if is_test:\n    url = TESTNET_URL\nelse:\n    url = LIVE_URL\n", LIVE),
        ("# binance\n" + LINES + "x.set_sandbox_mode(enabled=True)\n", TEST),
        ("# binance\n" + LINES + "x.enable_demo_trading(True)\n", TEST),
        ("# binance\n" + LINES + "f = Factory.newInstance(KEY, SECRET, true, true);\n", TEST),
        ("# binance\n" + LINES + "f = Factory.newInstance(KEY, SECRET, false, true);\n", LIVE),
        ('{"exchange": "binance", "server": "TESTNET",\n"key": "{alnum:64}", "secret": "{alnum:64}"}', TEST),
        ('{"exchange": "binance", "server": "REAL",\n"key": "{alnum:64}", "secret": "{alnum:64}"}', LIVE),
        (OPTIONS.format("demoTrading: true"), TEST),
        ("# binance\nDEMO_TRADING = True\n" + LINES, LIVE),  # the bot's own, with a live key
        ('binance_testnet = ccxt.binance({"apiKey": "{alnum:64}", "secret": "{alnum:64}"})\n', TEST),
        ('testnet = binance.Client(\n    "{alnum:64}",\n    "{alnum:64}",\n)\n', TEST),
        ('client = binance.Client("{alnum:64}", "{alnum:64}")\ntestnet = binance.Client()\n', LIVE),
        (LINES + 'm = BinanceWebSocketApiManager(exchange="binance.com-testnet")\n', TEST),
        ("EXCHANGE=binance\nMODE=testnet\n" + ENV, TEST),
        ("EXCHANGE=binance\nMODE=paper\n" + ENV, LIVE),  # the bot's own, with a live key
        ("EXCHANGE=binance\nNETWORK=mainnet\n" + ENV + "# TESTNET=true\n", LIVE),
    ],
)
def test_ways_to_switch_a_client_to_its_test_network(text: str, exchange: str) -> None:
    assert exchanges(text) == [exchange] * 2


@pytest.mark.parametrize(
    ("line", "exchange"),
    [
        ('flag = "1"  # live trading: 0, demo trading: 1', "okx-demo"),
        ('flag = "0"  # live trading: 0, demo trading: 1', "okx"),
        ("# flag = '1'  # demo trading\nflag = '0'  # real trading", "okx"),
        ("headers['x-simulated-trading'] = '1'", "okx-demo"),
        ("headers = {'x-simulated-trading': '0'}", "okx"),
        ("api = Trade.TradeAPI(api_key, secret_key, passphrase, False, '1')", "okx-demo"),
    ],
)
def test_okx_has_ways_of_its_own(line: str, exchange: str) -> None:
    three = 'api_key = "{uuid}"\nsecret_key = "{HEX:32}"\npassphrase = "Tr4ding-b0t"\n'
    assert exchanges("import okx.Trade as Trade\n" + three + line + "\n") == [exchange] * 3


@pytest.mark.parametrize(("test", "variant"), [("True", "-testnet"), ("False", "")])
def test_bitmex_and_bybit_have_libraries_with_a_switch(test: str, variant: str) -> None:
    for exchange, key, secret in (
        ("bitmex", "{alnum:24}", "{alnum:48}"),
        ("bybit", "{alnum:18}", "{alnum:36}"),
    ):
        call = f"client = {exchange}.{exchange}(test={test}, api_key=key, api_secret=secret)\n"
        for between in ("", "import x\n" * 15):
            assert (
                exchanges(f'key = "{key}"\nsecret = "{secret}"\n{between}{call}') == [exchange + variant] * 2
            )


@pytest.mark.parametrize(
    ("lines", "exchange"),
    [
        ("BINANCE_BASE_URL=https://testnet.binance.vision\n", TEST),
        (
            "BINANCE_BASE_URL=https://api.binance.com\n# BINANCE_BASE_URL=https://testnet.binance.vision\n",
            LIVE,
        ),
        (
            "# BINANCE_BASE_URL=https://api.binance.com\nBINANCE_BASE_URL=https://testnet.binance.vision\n",
            TEST,
        ),
        ("BINANCE_TESTNET_URL=https://testnet.binance.vision\n", LIVE),
    ],
)
def test_an_address_for_all_of_a_file_has_no_quotes(lines: str, exchange: str) -> None:
    assert exchanges(lines + ENV.replace("API", "BINANCE_API")) == [exchange] * 2


def test_a_heading_says_that_the_account_is_real() -> None:
    sandbox = "\nclient.set_sandbox_mode(True)\n"
    assert exchanges("# binance real api\n" + ENV + sandbox) == [LIVE] * 2
    assert exchanges("# binance, real-time\n" + ENV + sandbox) == [TEST] * 2


PAIR = '"api_key": "{alnum:64}",\n"api_secret": "{alnum:64}"\n'


def test_sections_tell_the_environment_also_where_the_path_alone_names_the_exchange() -> None:
    both = '{"testnet": {\n' + PAIR + '},\n"live": {\n' + PAIR + "}}"
    assert exchanges(both, b"binance_config.json") == [TEST] * 2 + [LIVE] * 2
    assert exchanges("{" + PAIR + ', "testnet": true}', b"binance.json") == [TEST] * 2
    assert exchanges("{" + PAIR + ', "testnet": false}', b"binance_testnet.json") == [LIVE] * 2
    forms = '"apiKey": "{alnum:18}",\n"apiSecret": "{alnum:36}"\n'
    assert exchanges('{"testnet": {\n' + forms + "}}", b"a.json") == ["bybit-testnet"] * 2
    assert exchanges("{" + forms + ', "testnet": false}', b"a.json") == ["bybit"] * 2


@pytest.mark.parametrize(
    ("paths", "exchange"),
    [
        ([b"testnet_keys.json"], TEST),
        ([b"config/test-net/keys.json", b"testnet.json"], TEST),
        ([b"futures_testnet/keys.json"], "binance-futures-testnet"),
        ([b"tests/keys.json"], LIVE),
        ([b"testnet_keys.json", b"keys.json"], LIVE),
        ([b"demo/keys.json"], LIVE),
        ([], LIVE),
    ],
)
def test_a_path_tells_the_test_network(paths: list[bytes], exchange: str) -> None:
    assert exchanges('{"binance": {\n' + PAIR + "}}", *paths) == [exchange] * 2
    assert exchanges('{"binance": {"testnet": false,\n' + PAIR + "}}", *paths) == [LIVE] * 2


def test_pkey_is_a_key_and_its_other_half_tells_the_part() -> None:
    text = 'pkey = "{alnum:64}"\n\nskey = "{alnum:64}"\n'
    assert exchanges(text, b"binanceKeys.py") == [LIVE] * 2
    assert exchanges('# kraken\nkey1 = "{base64:56}"\npkey1 = "{base64:88}"\n') == ["kraken"] * 2
    assert exchanges('# binance smart chain\npkey = "0x{hex:64}"\n') == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('binance := exchange{"{alnum:64}", "{alnum:64}", 3000, "https://fapi.binance.com"}\n', 2),
        ('# binance\nx = exchange{\n  "{alnum:64}",\n  "{alnum:64}",\n}\n', 2),
        ('# binance\nx = exchange{"{alnum:64}"}\n', 0),
    ],
)
def test_fields_of_a_structure_have_no_names(text: str, found: int) -> None:
    assert len(exchanges(text)) == found


def test_what_stands_before_a_string_of_compiled_python_is_no_name_of_it() -> None:
    key, secret = (fill("{alnum:64}", seed).encode() for seed in (7, 8))
    code = (
        b"\xe3\0\0\xda\x0ebinance.client)\x01\xda\x07reactor\xda@"
        + key
        + b"\xda@"
        + secret
        + b"Z\x03BTC)\x01"
    )
    found = DETECTOR.judge(DETECTOR.inspect(code), [b"a.pyc"])
    assert [match.identity for match in found if match.confidence >= Confidence.MEDIUM] == [key, secret]


def test_a_security_key_is_a_secret_beside_its_key() -> None:
    assert (
        exchanges('{"access_key": "{alnum:40}",\n"security_key": "{alnum:40}"}', b"upbit/k.json")
        == ["upbit"] * 2
    )
    assert exchanges('security_key = "{alnum:64}"\n') == []


def test_a_private_key_in_a_copied_library_is_of_nobody_who_is_named_by_the_way() -> None:
    build = "/home/me/binance/build/x.c\n\n" + "{ed25519:pkcs8}\n"
    assert exchanges(build, b"src/key.pem") == [LIVE]
    assert exchanges(build, b"ThirdParty/lib/key.pem") == ["unknown"]
    assert exchanges("# binance\n{ed25519:pkcs8}\n", b"ThirdParty/lib/key.pem") == [LIVE]


FAR = "import x\n" * 15
CODE = 'from binance.client import Client\nAPI_KEY = "{alnum:64}"\nAPI_SECRET = "{alnum:64}"\n' + FAR


@pytest.mark.parametrize(
    ("behind", "exchange"),
    [
        ("client = Client(API_KEY, API_SECRET, testnet=True)\n", TEST),
        (
            "client = Client(API_KEY, API_SECRET, testnet=False)\nc = Client(KEY, SECRET, testnet=True)\n",
            LIVE,
        ),
        ("def connect(testnet=True):\n    ...\n", LIVE),
        ("DEMO = True\n", LIVE),  # the program's own
        ("client.enable_demo_trading(True)\n", TEST),
        ("# client = Client(API_KEY, API_SECRET, testnet=True)\n", LIVE),
        ("x = ccxt.bybit()\nx.set_sandbox_mode(True)\n", LIVE),
        ('client.API_URL = "https://testnet.binance.vision/api"\n', TEST),
        ('BASE_URL = "https://testnet.binance.vision"\n', TEST),
        ('BASE_URL = "https://testnet.binance.vision"\nURL = "https://api.binance.com"\n', LIVE),
        ('TESTNET_URL = "https://testnet.binance.vision"\n', LIVE),
        ('# BASE_URL = "https://testnet.binance.vision"\n', LIVE),
        ('if testnet:\n    BASE_URL = "https://testnet.binance.vision"\n', LIVE),
    ],
)
def test_what_a_whole_program_uses_tells_the_environment_of_the_one_exchange_it_names(
    behind: str, exchange: str
) -> None:
    assert exchanges(CODE + behind) == [exchange] * 2
    assert exchanges(CODE.replace("API_", "# API_", 1).replace("\nAPI", "\n# API") + behind) == [LIVE] * 2


SM2, WTLS = bytes.fromhex("2a811ccf5501822d"), bytes.fromhex("672b010407")


def der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return bytes([tag, len(body)]) + body if len(body) < 128 else bytes([tag, 0x81, len(body)]) + body


def sec1(number: bytes, *named: bytes) -> bytes:
    public = der(0x03, b"\0\4", number, number[::-1])
    return der(
        0x30, der(2, b"\1"), der(4, number), *(der(0xA0, der(6, oid)) for oid in named), der(0xA1, public)
    )


def pem(label: str, content: bytes) -> bytes:
    body = base64.encodebytes(content).decode()
    return f"-----BEGIN {label}-----\n{body}-----END {label}-----\n".encode()


def test_a_private_key_on_a_curve_that_is_not_known_is_one() -> None:
    number = hashlib.sha256(b"9").digest()
    algorithm = der(0x30, der(6, bytes.fromhex("2a8648ce3d0201")), der(6, SM2))
    pkcs8 = der(0x30, der(2, b"\0"), algorithm, der(4, sec1(number)))
    for label, content, bits in (
        ("PRIVATE KEY", pkcs8, 256),
        ("EC PRIVATE KEY", sec1(number, SM2), 256),
        ("EC PRIVATE KEY", sec1(number[:20], WTLS), 160),
    ):
        assert [(key.type, key.bits) for key in read_private_keys(pem(label, content))] == [("ec", bits)]
    assert read_private_keys(pem("PRIVATE KEY", pkcs8[:-8])) == []
    assert read_private_keys(pem("EC PRIVATE KEY", sec1(number))) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('# binance\nBKEY = "{alnum:64}"\nBSEC = "{alnum:64}"\n', 2),
        ("binance:\n  one: {alnum:64}\n  two: {alnum:64}\n", 2),
        ('BKEY = "{alnum:64}"\nBSEC = "{alnum:64}"\n', 0),
        ('# binance\nBKEY = "{alnum:64}"\n\n\nBSEC = "{alnum:64}"\n', 0),
        ('# binance\nBKEY = "{hex:64}"\nBSEC = "{hex:64}"\n', 0),
        ('# binance\nAPI_KEY = "{alnum:64}"\nAPI_SECERT = "{alnum:64}"\n', 2),
    ],
)
def test_two_of_a_known_form_line_below_line_need_no_names(text: str, found: int) -> None:
    assert len(exchanges(text)) == found


@pytest.mark.parametrize("name", ["phrase", "api_pwd", "okx_phrase"])
def test_a_passphrase_may_be_called_less(name: str) -> None:
    two = 'import okx.Account as Account\nkey = "{uuid}"\nsecret = "{HEX:32}"\n'
    assert exchanges(two + f'{name} = "Tr4ding-b0t"\n') == ["okx"] * 3
    assert exchanges(two + f'db_{name} = "Tr4ding-b0t"\n') == ["okx"] * 2
