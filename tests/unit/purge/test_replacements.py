"""What is written is read by git filter-repo's own reader and does what it says."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import git_filter_repo
from hypothesis import example, given
from hypothesis import strategies as st

from leakscan.model import Secret
from leakscan.purge.forms import Forms
from leakscan.purge.replacements import render_blob_ids, render_replacements

TEXTS = st.sets(st.binary(min_size=1, max_size=60), min_size=1, max_size=6)


def replaced(forms: Forms, data: bytes) -> bytes:
    """As git filter-repo does it to a content."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "replacements.txt")
        file.write_bytes(render_replacements(forms))
        read: Any = git_filter_repo.FilteringOptions.get_replace_text(bytes(file))
    for literal, replacement in read["literals"]:
        data = data.replace(literal, replacement)
    for regex, replacement in read["regexes"]:
        data = regex.sub(replacement, data)
    return data


@given(TEXTS)
@example({b"regex:.*", b"a==>b", b" spaces ", b"#hash", b"literal:x", b"glob:*"})
@example({b"-----BEGIN\r\n\tline\n-----END", b"\\n\\n", b"\xff\x00\xfe", b"(?P<x>", b"[", b"\r"})
@example({b"abcdef", b"abc", b"bcd"})
def test_every_text_is_replaced_wherever_it_stands(texts: set[bytes]) -> None:
    forms = Forms(anywhere={Secret(text) for text in texts})
    for text in texts:
        after = replaced(forms, b"\n~~" + text + b"~~\n")
        assert b"~~" + text + b"~~" not in after


@given(st.binary(max_size=80), TEXTS)
def test_nothing_else_is_touched(data: bytes, texts: set[bytes]) -> None:
    if not any(text in data for text in texts):
        assert replaced(Forms(anywhere={Secret(text) for text in texts}), data) == data


def test_a_longer_text_goes_before_one_that_stands_in_it() -> None:
    forms = Forms(anywhere={Secret(b"secret-of-today"), Secret(b"secret-of")})
    assert replaced(forms, b"x = secret-of-today") == b"x = ***REMOVED***"


def test_a_short_value_goes_only_where_it_stands_behind_its_context() -> None:
    forms = Forms(in_context={(Secret(b'passphrase = "'), Secret(b"tuna.fish"))})
    text = b'menu = "tuna.fish"\npassphrase = "tuna.fish"\npassphrase = "tuna.fishes"\n'
    assert replaced(forms, text) == text.replace(b'phrase = "tuna.fish"', b'phrase = "***REMOVED***"')


def test_a_short_value_at_the_very_start_goes_there_alone() -> None:
    forms = Forms(in_context={(Secret(b""), Secret(b"tuna"))})
    assert replaced(forms, b"tuna\ntuna\n") == b"***REMOVED***\ntuna\n"


def test_a_line_a_text_and_nothing_that_a_terminal_obeys() -> None:
    forms = Forms(anywhere={Secret(b"\x1b[31m\nred"), Secret(b"two\r\nlines")}, blobs={"b" * 40, "a" * 40})
    lines = render_replacements(forms).splitlines()
    assert len(lines) == 2
    assert all(re.fullmatch(rb"[ -~]+", line) for line in lines)
    assert render_blob_ids(forms) == b"a" * 40 + b"\n" + b"b" * 40 + b"\n"
