import json
import re
from itertools import combinations
from urllib.parse import unquote_to_bytes, urljoin

import pytest
from scan_results import HOSTILE_PATHS

from leakscan.reporters.escape import dump_json, json_path, path_uri, sarif_text, show_path, show_text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("bot/config.py", "bot/config.py"),
        ("a\x1b[0m", r"a\x1b[0m"),
        ("a\nb\tc\rd", r"a\nb\tc\rd"),
        ("\x7f\x85", r"\x7f\u0085"),
        ("\u202eabc\u2066", r"\u202eabc\u2066"),
        ("a\u200bb\ufeff\u00ad", r"a\u200bb\ufeff\u00ad"),
        ("a\u3164\u2800\ufe0f", r"a\u3164\u2800\ufe0f"),
        ("\u2028\U000e0041", r"\u2028\U000e0041"),
        ("caf\u00e9 \u6771\u4eac", "caf\u00e9 \u6771\u4eac"),
        ("lone \ud800 \udcff", r"lone \ud800 \xff"),
        ("::error::x", r"\x3a:error::x"),
        (":", r"\x3a"),
        ("a ::set-output", r"a \x3a:set-output"),
        ("std::vector", "std::vector"),
        ("x##[error]y ##vso[z]", r"x\x23#[error]y \x23#vso[z]"),
        ("## title", "## title"),
    ],
)
def test_text_is_shown_without_what_a_terminal_or_a_ci_log_obeys(text, shown):
    assert show_text(text) == shown


@pytest.mark.parametrize("path", HOSTILE_PATHS)
def test_a_path_is_shown_as_one_printable_line(path):
    assert show_path(path).isprintable()


@pytest.mark.parametrize("render_path", [show_path, json_path, path_uri])
def test_no_two_paths_look_the_same(render_path):
    twins = (
        b"\xff",
        b"\\xff",
        "\u00ff".encode(),
        b"\\\\xff",
        b"\\\xff",
        b"\x85",
        "\u0085".encode(),
        b"a\nb",
        b"a\\nb",
    )
    for one, other in combinations((*twins, *HOSTILE_PATHS), 2):
        assert render_path(one) != render_path(other)


@pytest.mark.parametrize("path", HOSTILE_PATHS)
def test_a_path_in_json_leads_back_to_its_bytes(path):
    text = json.loads(json.dumps(json_path(path)))
    back = re.sub(
        rb"\\(\\|x([0-9a-f]{2}))",
        lambda found: b"\\" if found[2] is None else bytes.fromhex(found[2].decode()),
        text.encode(),
    )
    assert back == path


@pytest.mark.parametrize("path", HOSTILE_PATHS)
def test_a_uri_holds_the_raw_bytes_of_the_path(path):
    uri = path_uri(path)
    assert unquote_to_bytes(uri) == path
    assert re.fullmatch(r"[A-Za-z0-9._~%/-]+", uri)


@pytest.mark.parametrize("path", HOSTILE_PATHS)
def test_a_uri_stays_below_the_root_of_the_repository(path):
    root = "https://host.example/repo/"
    assert urljoin(root, path_uri(path)).startswith(root)


def test_sarif_text_holds_no_link_and_no_placeholder():
    assert sarif_text("app/[id](1)/{0}\\") == "app/\\[id\\](1)/{{0}}\\\\"


def test_json_holds_no_lone_surrogate():
    text = dump_json({"a": ["\udcff", "\ud83d\ude00", "\U0001f511", ("x",)], "n": None})
    assert json.loads(text) == {"a": [r"\xff", r"\ud83d\ude00", "\U0001f511", ["x"]], "n": None}


def test_json_holds_no_nan():
    with pytest.raises(ValueError, match="Out of range"):
        dump_json({"score": float("nan")})
