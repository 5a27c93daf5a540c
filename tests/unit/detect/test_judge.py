import pytest
from detecting import DETECTOR, matches, values

from leakscan.detect.doubts import is_example_path, is_vendored_path
from leakscan.model import Confidence
from leakscan.rules.fake import fake

KEY, SECRET = values(2)
NAMED = f"BINANCE_API_SECRET={SECRET}\n"


def test_a_path_of_tests_lowers_a_named_secret_but_keeps_it_in_sight() -> None:
    assert matches(NAMED)[SECRET].confidence is Confidence.HIGH
    assert matches(NAMED, b"tests/fixtures/keys.env")[SECRET].confidence is Confidence.MEDIUM
    assert matches(NAMED, b"tests/keys.env", b"bot/.env")[SECRET].confidence is Confidence.HIGH


def test_a_path_alone_can_name_the_exchange() -> None:
    assert (
        matches(f"api_secret={SECRET}", b"bots/binance/testnet.env")[SECRET].exchange
        == "binance-spot-testnet"
    )


@pytest.mark.parametrize("path", [b"tests/a.py", b"docs/README.md", b"src/example_config.json"])
def test_paths_of_examples_are_known(path: bytes) -> None:
    assert is_example_path(path)
    assert not is_example_path(b"src/contest/latest.py")


def test_a_test_key_in_a_copied_library_is_out_of_sight_unless_it_names_an_exchange() -> None:
    pem, path = fake("ed25519"), b"web/node_modules/tls/test/server.key"
    (match,) = DETECTOR.judge(DETECTOR.inspect(pem.encode()), [path])
    assert match.confidence is Confidence.LOW
    assert match.reasons[-1] == "in a copy of somebody else's library"
    assert matches(NAMED, path)[SECRET].confidence is Confidence.MEDIUM
    assert not is_vendored_path(b"src/vendor.py")


def test_the_reasons_name_shape_exchange_label_and_partner() -> None:
    reasons = matches(f"binance_api_key={KEY}\nbinance_api_secret={SECRET}\n")[SECRET].reasons
    assert reasons[0].startswith("64 letters and digits, ")
    assert reasons[1:] == (
        "its name says Binance",
        "assigned to binance_api_secret",
        "stands with its API key",
    )


def test_no_reason_quotes_what_may_be_a_password() -> None:
    found = DETECTOR.judge(DETECTOR.inspect(f"# binance\nhunter2: {SECRET}\n".encode()))
    assert not any("hunter" in reason for match in found for reason in match.reasons)


def test_no_representation_shows_a_value() -> None:
    inspection = DETECTOR.inspect(f"binance\n{KEY}\n{SECRET}\n".encode())
    shown = repr(inspection) + repr(DETECTOR.judge(inspection))
    assert KEY not in shown
    assert SECRET not in shown


def test_the_reasons_say_in_what_form_a_private_key_stands() -> None:
    pem = fake("ed25519:pkcs8")
    body = "".join(line for line in pem.split("\n") if "-----" not in line)
    (plain,) = matches(f"# binance\n{pem}").values()
    (bare,) = matches(f"BINANCE_PRIVATE_KEY={body}\n").values()
    assert plain.reasons[0] == "a valid Ed25519 private key, no password"
    assert bare.reasons[0] == "a valid Ed25519 private key, no password, base64 without a header"
