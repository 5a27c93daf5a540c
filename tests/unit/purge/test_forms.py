"""Values found -> texts to look for, read from the contents that hold them."""

from __future__ import annotations

import base64

from leakscan.detect import as_utf8
from leakscan.findings.collect import Holding
from leakscan.findings.place import LineIndex
from leakscan.gitstore import Store, find_layout
from leakscan.model import Location, Secret, Span, StoredBlob
from leakscan.purge.forms import Forms, find_forms
from leakscan.rules.fake import fill
from tests.conftest import zipped
from tests.unit.reporters.scan_results import KEY_RULE, Generator


def forms_of(repo, content: bytes, value: bytes, *written: bytes, part: str = "secret") -> Forms:
    """As if `value` had been found in `content`, where it is written so."""
    repo.commit(file_txt=content)
    oid = repo.run("rev-parse", "HEAD:file.txt")
    text = as_utf8(content)
    places = set()
    for spelling in written or (value,):
        start = max(text.find(spelling), 0)
        place = LineIndex(text).place(Span(start, start + len(spelling)))
        places.add(Location(StoredBlob(oid), *place, oid))
    finding = Generator(1).finding(KEY_RULE, part=part, length=len(value))
    layout = find_layout(repo.path)
    assert layout is not None
    with Store(layout) as store:
        holding = Holding(Secret(value), frozenset({Secret(value)}), frozenset(places))
        return find_forms(store, [(finding, holding)])


def revealed(forms: Forms) -> set[bytes]:
    return {secret.reveal() for secret in forms.anywhere}


VALUE = fill("{alnum:64}", 3).encode()


def test_a_value_that_stands_as_it_is(repo) -> None:
    forms = forms_of(repo, b"SECRET=" + VALUE, VALUE)
    assert (revealed(forms), forms.in_context, forms.blobs) == ({VALUE}, set(), set())


def test_a_value_that_is_written_otherwise_is_looked_for_as_written(repo) -> None:
    encoded = base64.b64encode(VALUE)
    split = VALUE[:30] + b'" +\r\n    "' + VALUE[30:]
    forms = forms_of(repo, b"a: " + encoded + b'\r\nb: "' + split + b'"\r\n', VALUE, encoded, split)
    assert revealed(forms) == {VALUE, encoded, split}
    assert not forms.blobs


def test_behind_letters_of_more_than_one_byte(repo) -> None:
    encoded = base64.b64encode(VALUE)
    forms = forms_of(repo, "ключ «😀»: ".encode() + encoded, VALUE, encoded)
    assert revealed(forms) == {VALUE, encoded}


def test_what_git_filter_repo_does_not_look_into_goes_whole(repo) -> None:
    for content in (
        ("SECRET=" + VALUE.decode()).encode("utf-16"),
        b"\0" + VALUE,
        zipped({"config.env": b"SECRET=" + VALUE}),
    ):
        forms = forms_of(repo, content, VALUE)
        assert forms.blobs == {repo.run("rev-parse", "HEAD:file.txt")}


def test_a_short_value_is_bound_to_what_stands_before_it(repo) -> None:
    text = b'first = 1\nkucoin_passphrase = "tuna"\nmenu = "tuna"\n'
    forms = forms_of(repo, text, b"tuna", part="passphrase")
    assert (revealed(forms), forms.blobs) == (set(), set())
    [(context, value)] = forms.in_context
    assert (context.reveal(), value.reveal()) == (b'kucoin_passphrase = "', b"tuna")


def test_little_before_it_in_its_line_takes_the_line_above(repo) -> None:
    forms = forms_of(repo, b"kucoin_passphrase: >\n  tuna\n", b"tuna", part="passphrase")
    [(context, _)] = forms.in_context
    assert context.reveal() == b"kucoin_passphrase: >\n  "
