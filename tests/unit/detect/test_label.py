import pytest

from leakscan.detect.label import Labeller
from leakscan.detect.naming import Label, iter_names, split_words
from leakscan.model import Span
from leakscan.rules.fake import fake

LABELLER = Labeller(
    {"apikey": "key", "apisecret": "secret", "secretkey": "secret"}, {"key": "key", "secret": "secret"}
)


def label(text: str) -> Label:
    """The label of the value that stands at the mark `@`."""
    start = text.index("@")
    return LABELLER.label(text.encode(), Span(start, start + 1), 0)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("API_KEY=@", "key"),
        ('const apiSecret: string = "@"', "secret"),
        ("API_KEY_SECRET=@", "secret"),
        ("secret_key: @", "secret"),
        ("- name: X_API_KEY\n  value: @", "key"),
        ('variable "api_secret" {\n  default = "@"', "secret"),
        ('os.getenv("API_KEY", "@")', "key"),
        ("API Key\n@", "key"),
        ('{\\"apiSecret\\":\\"@\\"}', "secret"),
        ("<apiKey>@</apiKey>", "key"),
        ("<p>Secret: <b>@</b>", "secret"),
        ("<key>BotSecret</key>\n<string>@</string>", "secret"),
        ("<key>BotKey</key><string>@</string>", "key"),
        ("<key>@</key>", "key"),
        ('<string name="bot_secret">@</string>', "secret"),
        ("REACT_APP_KEY=@", "key"),
        ("key, secret = '@'", "key"),
        ("key, secret = 'none', '@'", "secret"),
        ("name,api_key,api_secret\nmain,@", "key"),
        ("| name | key | secret |\n|--|--|--|\n| main | @", "key"),
    ],
)
def test_the_nearest_name_tells_the_part(text: str, part: str) -> None:
    assert (label(text).kind, label(text).part) == ("named", part)


@pytest.mark.parametrize(
    "text", ["hmac.new(b'@'", "createHmac('sha256', '@')", 'openssl dgst -sha256 -hmac "@"']
)
def test_the_key_of_an_hmac_call_is_a_secret(text: str) -> None:
    assert (label(text).kind, label(text).part) == ("hmac", "secret")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("sha256 = @", "negative"),
        ('stream_keepalive("@")', "negative"),
        ("JWT_SECRET=@", "foreign"),
        ("payload = @", "other"),
        ("@", "none"),
        ("Client('@'", "argument"),
        ("signature = sign(query)\nclient = Client('@'", "argument"),
        ("Client('YOUR_API_KEY', '@'", "none"),
    ],
)
def test_other_words_are_told_apart(text: str, kind: str) -> None:
    assert label(text).kind == kind


@pytest.mark.parametrize(
    "text", ["Client('@', api_secret)", "Client('@', 'YOUR_API_SECRET')", "Client('@', env['X_SECRET'])"]
)
def test_what_stands_before_a_secret_is_the_key(text: str) -> None:
    assert label(text).part == "key"


def test_a_name_given_to_the_next_value_says_nothing_of_this_one() -> None:
    assert label("{'x': '@', 'secret': 'y'}").part is None


def test_a_long_run_is_a_value_and_no_name() -> None:
    assert label("x" * 40 + " = @").kind == "none"


def test_the_text_of_a_label_holds_words_only() -> None:
    assert label("api_key_7f3a9 = @").text == "api_key_a"


@pytest.mark.parametrize("near", ["INSTALLED_APPS = []", "from flask import Flask", "JWT_TTL = 3"])
def test_a_secret_key_beside_a_web_framework_is_doubtful(near: str) -> None:
    assert label(f"{near}\nSECRET_KEY = '@'").doubtful
    assert not label("SECRET_KEY = '@'").doubtful


@pytest.mark.parametrize("name", ["binanceApiKey", "BINANCE_API_KEY", "binance.api-key", "Binance API Key"])
def test_words_are_split_however_they_are_joined(name: str) -> None:
    assert split_words(name) == ("binance", "api", "key")


@pytest.mark.parametrize(
    ("name", "words", "part"),
    [
        ("binancetestsecretkey", ("binance", "test", "secret", "key"), "secret"),
        ("MYAPIKEY", ("my", "api", "key"), "key"),
        ("xapikey", ("xapikey",), None),
        ("monkey", ("monkey",), None),
    ],
)
def test_a_name_in_one_word_is_taken_apart_from_its_end(name: str, words: tuple, part: str | None) -> None:
    assert label(f"{name} = '@'").words == words
    assert label(f"{name} = '@'").part == part


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{\\"text\\": \\"API_SECRET=1\\\\npayload=@', "other"),
        ("API_SECRET=1\npayload=@", "other"),
        ("payload=1\\nAPI_SECRET=@", "named"),
        ("\\nkey=@", "named"),
    ],
)
def test_an_escaped_line_end_ends_a_line(text: str, kind: str) -> None:
    assert label(text).kind == kind


@pytest.mark.parametrize("text", ["api_key\n\n@", "api_key:\n  @", "api_key\nwords\n@"])
def test_a_name_above_is_heard_over_empty_lines(text: str) -> None:
    assert label(text).kind in ("named", "other")


def test_a_name_is_heard_as_far_as_a_statement_reaches() -> None:
    assert label("key" + " " * 477 + "@").kind == "named"
    assert label("key" + " " * 478 + "@").kind == "other"


def test_two_lines_above_are_heard_and_the_third_is_not() -> None:
    assert label("api_key\n\n@").kind == "named"
    assert label("api_key\n\n\n@").kind == "none"
    assert label("\n@").kind == "none"


@pytest.mark.parametrize(("between", "kind"), [(7, "named"), (8, "none")])
def test_no_more_than_eight_words_of_a_line_are_asked(between: int, kind: str) -> None:
    assert label("api_key: " + "const, " * between + "@").kind == kind


@pytest.mark.parametrize(("length", "kind"), [(28, "other"), (29, "none")])
def test_the_longest_word_of_a_name(length: int, kind: str) -> None:
    assert label("x" * length + " = @").kind == kind


def test_what_stands_before_the_last_value_is_not_heard() -> None:
    data = b"api_key = 'x', '@'"
    place = data.index(b"@")
    assert LABELLER.label(data, Span(place, place + 1), data.index(b"'x'")).kind == "none"
    assert LABELLER.label(data, Span(place, place + 1), 0).kind != "none"


@pytest.mark.parametrize("before", [0, 1, 900, 1000, 1001, 5000])
@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("API_KEY = '@'", "API_KEY"),
        ("API_KEY\n@", "API_KEY"),
        ("<p>Secret: <b>@</b>", "Secret"),
        ("name,api_key\nmain,@", "api_key"),
        ("key, secret = 'none', '@'", "secret"),
        ("release API_SECRET=@", "API_SECRET"),
        ("-H 'KEY: @'", "KEY"),
    ],
)
def test_a_label_says_where_its_name_stands(text: str, name: str, before: int) -> None:
    text = ";" * before + "\n" + text
    span = label(text).span
    assert text[slice(*span)] == name


@pytest.mark.parametrize(
    ("name", "kind", "part", "strength"),
    [
        ("key", "named", "key", 1),
        ("my_secret", "named", "secret", 1),
        ("API_KEY", "named", "key", 2),
        ("api_key_secret", "named", "secret", 2),
        ("key_of_api_secret", "named", "secret", 2),
        ("secret_key", "named", "secret", 1),  # the name that web frameworks have, too
        ("my_secret_key", "named", "secret", 1),
        ("binance_secret_key", "named", "secret", 2),
        ("app.key", "foreign", None, 0),
        ("app_api_key", "foreign", None, 0),
        ("app.api.key", "named", "key", 2),
        ("app.apikey", "named", "key", 2),
        ("app.main.key", "named", "key", 1),
        ("webapp.secret", "named", "secret", 1),
        ("VUE_APP_KEY", "named", "key", 1),
        ("vue_main_key", "named", "key", 1),
        ("key_hash", "negative", None, 0),
        ("key_sha_256", "negative", None, 0),
        ("tx", "negative", None, 0),
        ("jwt_secret", "foreign", None, 0),
        ("telegram_api_key", "foreign", None, 0),
        ("payload", "other", None, 0),
        ("value", "none", None, 0),
        ("x", "none", None, 0),
        ("a1_2", "none", None, 0),
        ("", "none", None, 0),
    ],
)
def test_what_a_name_alone_says(name: str, kind: str, part: str | None, strength: int) -> None:
    said = LABELLER.vocabulary.judge(name.encode(), Span(3, 9))
    assert (said.kind, said.part, said.strength) == (kind, part, strength)
    assert said.span == (Span(3, 9) if kind != "none" else Span(0, 0))


def test_a_name_is_read_in_runs_of_up_to_four_words() -> None:
    assert list(iter_names(("a", "b", "c"))) == ["a", "ab", "abc", "b", "bc", "c"]
    assert [name for name in iter_names(tuple("abcdef")) if len(name) > 3] == ["abcd", "bcde", "cdef"]
    assert list(iter_names(())) == []


@pytest.mark.parametrize(
    ("text", "kind", "part"),
    [
        # a value alone on its line, and a comment behind it
        ("[\n  '@',  // api_secret\n", "named", "secret"),
        ("[\n  '@' # api key", "named", "key"),
        ("[\n  '@',  // sha256 of it\n", "negative", None),
        ("[\n  '@',  // payload\n", "none", None),
        ("payload = '@'  // api_secret\n", "other", None),
        ("'@'" + " " * 13 + "// api_secret\n", "none", None),
        # the columns of a table: its id is no credential
        ("name;user_id\nx;@", "negative", None),
        ("user_id;api_key\n1;@", "named", "key"),
        # the only unnamed part of a call
        ("decode('@'", "none", None),
        ("api_key = decode('@'", "named", "key"),
        ("API_KEY = bytes.fromhex('@'", "named", "key"),
        ("API_KEY = bytes.fromhex( '@'", "named", "key"),
        ("api_secret = Secret::from('@'", "named", "secret"),
        ("api_key = normalise('@'", "none", None),
        ("PublicKey('@'", "negative", "key"),
        ("PublicKey( '@'", "negative", "key"),
        ("deriveKeyPair( '@'", "negative", "key"),
        ("deriveKeyPair(1, '@'", "named", "key"),
        ("public_key = '@'", "named", "key"),
        ("NewClient('@'", "argument", None),
        ("new KrakenTrader(\n    @'@'", "argument", None),
        ("KrakenApi::new('@'", "argument", None),
        ("bots.append('@'", "none", None),
        ("bots.append( '@'", "none", None),
        ("my_api = '@'", "named", "key"),
        ("my_api.x('@'", "none", None),
        # what is an argument itself names nothing
        ("f(api_key, '@'", "none", None),
        ("f('YOUR_API_KEY', '@'", "none", None),
        ("f('MAIN_API_KEY', '@'", "named", "key"),
        ("f(sha256, '@'", "negative", None),
        ("['API_KEY', '1640995200', '@'", "none", None),
        ("['API_KEY', '@'", "named", "key"),
        # rows whose first value names the account
        ("{'alice', '@', 'abcdefghijklmnop'}", "none", None),
        ("{'alice', '@', 'abcdefghijklmno'}", "other", None),
        ("{'api_key', '@', 'abcdefghijklmnop'}", "named", "key"),
        # HTTP: schemes, users and passwords, headers
        ("X-Auth: BITSTAMP @", "named", "key"),
        ("curl -u @:x", "named", "key"),
        ("-u @:x", "named", "key"),
        ("curl -u @", "none", None),
        ("curl -u user:@", "named", "secret"),
        ("curl --user '@:x'", "named", "key"),
        ("curl -u user:" + "y" * 80 + "@", "none", None),
        ("-H 'key: @'", "named", "key"),
    ],
)
def test_where_a_value_stands_tells_whose_name_it_bears(text: str, kind: str, part: str | None) -> None:
    assert (label(text).kind, label(text).part) == (kind, part)


@pytest.mark.parametrize(
    ("text", "strength"),
    [
        ("-H 'KEY: @'", 2),
        ('--header "secret: @', 2),
        ("KEY: @", 1),
        ("api = '@'", 1),
        ("API_KEY=@", 2),
        ("Client('@'", 2),
        ("payload = '@'", 0),
        ("X-Auth: BITSTAMP @", 2),
        ("curl -u @:x", 2),
        ("hmac.new(b'@'", 2),
    ],
)
def test_how_full_a_name_is(text: str, strength: int) -> None:
    assert label(text).strength == strength


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Client('@', api_secret)", "key"),
        ("Client('@', api_key)", None),
        ("Client('@', sha256_of_secret)", None),
        ("Client('@'," + " " * 80 + "api_secret)", "key"),
        ("Client('@'" + " " * 9 + ", api_secret)", None),
        ("data = '@', secret\n", "key"),
        ("Client('@', secret=1)", None),
        ("['@', 'a', secret]", None),
        ("'@'\nsecret]", None),
    ],
)
def test_the_argument_behind_tells_the_part(text: str, part: str | None) -> None:
    assert label(text).part == part


@pytest.mark.parametrize(("far", "is_near"), [(980, True), (1001, False)])
def test_a_web_framework_is_near_within_a_thousand_bytes(far: int, is_near: bool) -> None:
    for text in (f"django{'.' * (far - 6)}\nSECRET_KEY='@'", f"SECRET_KEY='@'{'.' * (far - 6)}django"):
        assert label(text).doubtful == is_near


def test_doubtful_is_what_orders_have_and_what_frameworks_share() -> None:
    orders = Labeller({"clientid": "key", "apikey": "key"}, {})
    data = b"client_id = '@'; flask"
    assert orders.label(data, Span(13, 14), 0).doubtful
    assert not orders.label(b"api_key   = '@'; flask", Span(13, 14), 0).doubtful
    assert not label("my_secret = '@'  # flask").doubtful


@pytest.mark.parametrize(
    ("name", "is_wallets"),
    [
        ("key", True),
        ("MY_KEY", True),
        ("main_key", True),
        ("PRIVATE_KEY", True),
        ("binance_private_key", True),
        ("smart_chain_key", True),
        ("wallet_api_key", False),
        ("api_key", False),
        ("secret", False),
        ("bot_key", False),
    ],
)
def test_a_name_that_may_be_a_wallets(name: str, is_wallets: bool) -> None:
    assert Label("named", split_words(name)).is_of_wallet == is_wallets


def test_the_text_of_a_label_is_short_and_leaves_out_what_says_nothing() -> None:
    assert Label("named", ("my", "api", "key")).text == "api_key"
    assert Label("named", ("my", "value")).text == "my_value"
    assert Label("named", ("abcdefghi",) * 9).text == "abcdefghi_" * 6


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("api_key</b><b> @", "named"),
        ("api_key <a href='x'> @", "other"),
        ("<td>api_key</td><td class='value x'>@", "named"),
    ],
)
def test_tags_that_lay_out_text_are_looked_through(text: str, kind: str) -> None:
    assert label(text).kind == kind


@pytest.mark.parametrize(
    ("near", "is_doubtful"),
    [
        ("import jwt", True),
        ("class JwtAuthenticationTokenProviderFactoryConfiguration:", True),
        (f"OTHER = '{fake('alnum:30')}jWt{fake('alnum:31')}'", False),
        (f"OTHER = '{fake('base64:30')}JwT{fake('base64:31')}'", False),
        (f"OTHER = '{fake('hex:16')}jwt{fake('hex:16')}'", True),  # no value is so short
    ],
)
def test_three_letters_within_a_drawn_value_name_no_framework(near: str, is_doubtful: bool) -> None:
    for text in (f"{near}\nSECRET_KEY = '@'", f"SECRET_KEY = '@'\n{near}"):
        assert label(text).doubtful == is_doubtful


@pytest.mark.parametrize(
    ("use", "kind"),
    [
        ("headers = {'X-CMC_PRO_API_KEY': API_KEY}", "foreign"),
        ("get('https://x.example/y?CMC_PRO_API_KEY=' + API_KEY)", "foreign"),
        ("get(f'https://x.example/y?CMC_PRO_API_KEY={API_KEY}')", "foreign"),
        ("get(`https://x.example/y?cmcApiKey=${API_KEY}`)", "foreign"),
        ("COINGECKO_KEY = API_KEY", "foreign"),
        ("headers = {'X-MBX-APIKEY': API_KEY}", "named"),
        ("client = Client(app_key=API_KEY)", "named"),
        ("headers = {'X-CMC_PRO_API_KEY': API_KEY_OF_CMC}", "named"),
        ("headers = {'X-CMC_PRO_API_KEY': MY_API_KEY}", "named"),
    ],
)
def test_what_another_service_gets_is_not_an_exchanges(use: str, kind: str) -> None:
    assert label(f"API_KEY = '@'\n\n{use}\n").kind == kind
