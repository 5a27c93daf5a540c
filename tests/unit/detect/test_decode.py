import codecs

import pytest
from detecting import DETECTOR, values

from leakscan.detect import as_utf8

TEXT = f"BINANCE_API_SECRET={values(1)[0]}\n"
WIDE = ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]


@pytest.mark.parametrize("encoding", [*WIDE, "utf-16", "utf-32", "utf-8-sig", "utf-8"])
def test_a_secret_is_found_in_every_encoding_of_unicode(encoding: str) -> None:
    assert len(DETECTOR.inspect(as_utf8(TEXT.encode(encoding))).candidates) == 1


@pytest.mark.parametrize("encoding", WIDE)
def test_text_without_a_byte_order_mark_is_recognised(encoding: str) -> None:
    assert as_utf8(TEXT.encode(encoding)) == TEXT.encode()


def test_bytes_that_are_no_wide_text_come_back_as_they_are() -> None:
    binary = bytes(range(256)) * 20
    assert as_utf8(binary) is binary


def test_an_odd_last_byte_does_not_hide_the_text() -> None:
    assert as_utf8(codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le") + b"\n").startswith(TEXT.encode())
