import pytest

from leakscan.detect.label import Label, Labeller, split_words
from leakscan.model import Span

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
    ("text", "kind"),
    [
        ('{\\"text\\": \\"API_SECRET=1\\\\npayload=@', "other"),
        ("API_SECRET=1\npayload=@", "other"),
        ("payload=1\\nAPI_SECRET=@", "named"),
    ],
)
def test_an_escaped_line_end_ends_a_line(text: str, kind: str) -> None:
    assert label(text).kind == kind


@pytest.mark.parametrize("text", ["api_key\n\n@", "api_key:\n  @", "api_key\nwords\n@"])
def test_a_name_above_is_heard_over_empty_lines(text: str) -> None:
    assert label(text).kind in ("named", "other")
