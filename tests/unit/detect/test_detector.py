import hashlib
import time
from dataclasses import replace

import pytest
from detecting import DETECTOR, RULES, digests, matches, rule_ids, values

from leakscan.detect import Detector
from leakscan.rules.fake import fake, fill

KEY, SECRET = values(2)


@pytest.mark.parametrize(
    "text",
    [
        "JWT_SECRET={alnum:64}",
        "csrftoken={alnum:64}",
        "aes_key = '{alnum:64}'",
        '"id": "{alnum:64}"',
        '"listenKey": "{alnum:64}"',
        "token = 'eyJhbGciOiJIUzI1NiJ9.{alnum:64}.{alnum:43}'",
        "github_pat_{alnum:22}_{alnum:59}",
        "integrity sha512-{alnum:64}{alnum:22}==",
        "url(data:image/gif;base64,{alnum:64})",
        "secret: ENC[AES256_GCM,data:{alnum:64},iv:{alnum:43}=,type:str]",
        "SECRET=${SECRET} {{ secret }} os.environ['SECRET']",
    ],
)
def test_beside_binance_a_decoy_is_not_reported(text: str) -> None:
    assert matches("import binance\n" + fill(text)) == {}


def test_the_hash_of_a_password_is_no_secret() -> None:
    line = "binance_api_secret = '{}" + f"{SECRET}'"
    assert list(matches(line.format("$x$"))) == [SECRET]
    for scheme in ("$2$10$", "$2b$12$"):
        assert matches(line.format(scheme)) == {}


def test_a_published_example_is_counted_and_not_reported() -> None:
    published = frozenset({hashlib.sha256(KEY.encode()).hexdigest()})
    inspection = Detector(replace(RULES, published=published)).inspect(
        f"binance_api_key={KEY}\nbinance_api_secret={SECRET}".encode()
    )
    assert inspection.published == 1
    assert [candidate.identity for candidate in inspection.candidates] == [SECRET.encode()]


def test_the_lines_of_a_key_are_not_values_of_their_own() -> None:
    assert rule_ids("# binance\n" + fake("rsa:2048")) == ["binance-rsa-private-key"]


@pytest.mark.parametrize("form", ["{}", "+{}", 'x += "{}"', "2024-01-01 log: {}"])
def test_the_lines_of_a_certificate_are_nothing(form: str) -> None:
    body = [fake("base64:64", seed) for seed in range(40)] + values(8)
    lines = ["-----BEGIN CERTIFICATE-----", *body, "-----END CERTIFICATE-----"]
    assert matches("binance\n" + "\n".join(form.format(line) for line in lines)) == {}


def test_a_value_between_two_header_strings_is_found() -> None:
    text = f'HEAD = "-----BEGIN X-----"\nBINANCE_API_SECRET = "{SECRET}"\nTAIL = "-----END X-----"\n'
    assert list(matches(text)) == [SECRET]


def lines_of_mentions(count: int) -> bytes:
    return "\n".join("binance " * 8 + f'x="{value}"' for value in values(count)).encode()


def one_line(count: int) -> bytes:
    return ("binance " + " ".join(values(count))).encode()


def named_pairs(count: int) -> bytes:
    return "\n".join(f'api_key="{a}" api_secret="{a[::-1]}" binance' for a in values(count // 2)).encode()


def hexadecimal(count: int) -> bytes:
    return ("testnet.binancefuture.com\n" + "\n".join(digests(count))).encode()


@pytest.mark.parametrize("content", [lines_of_mentions, one_line, named_pairs, hexadecimal])
def test_work_grows_with_the_content_and_no_faster(content) -> None:
    def seconds(count: int) -> float:
        data = content(count)
        started = time.process_time()
        DETECTOR.judge(DETECTOR.inspect(data))
        return time.process_time() - started

    seconds(50)
    # four times the work; sixteen times if it were quadratic; a clock of some systems goes in steps of 4 ms or more
    assert any(seconds(1600) < 12 * seconds(400) + 0.05 for _ in range(3))  # a busy machine slows one of them


def test_a_private_key_is_counted_as_published_only_if_it_is() -> None:
    pem = fake("ed25519").encode()
    assert DETECTOR.inspect(pem).published == 0
    (candidate,) = DETECTOR.inspect(pem).candidates
    known = frozenset({candidate.identity.decode()})
    inspection = Detector(replace(RULES, published=known)).inspect(pem)
    assert (inspection.candidates, inspection.published) == ((), 1)


@pytest.mark.parametrize("name", ["sha256", "checksum", "access_token", "GITHUB_TOKEN", "listenKey"])
def test_a_value_whose_form_nothing_else_has_is_found_whatever_it_is_called(name: str) -> None:
    assert rule_ids(fill(name + " = 'bg_{hex:32}'")) == ["bitget-api-key"]


def test_two_hints_far_apart_name_nothing_and_near_each_other_both_halves() -> None:
    first, second = digests(2)
    key, secret = f"key = '{first}'\n", f"secret = '{second}'\n"
    assert len(DETECTOR.inspect((key + secret).encode()).candidates) == 2
    assert len(DETECTOR.inspect((key + "word\n" * 200 + secret).encode()).candidates) == 0
    assert len(DETECTOR.inspect((key + "word\n" * 200 + key).encode()).candidates) == 0
