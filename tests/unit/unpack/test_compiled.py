"""Compiled Python is read as text: a line a constant, with its name."""

import importlib.util
import marshal
import sys

import pytest

from leakscan.unpack import Member, Trouble, is_compiled, iter_members

HEAD = importlib.util.MAGIC_NUMBER + bytes(12)
HEAD_3_9 = (3425).to_bytes(2, "little") + b"\r\n" + bytes(12)
SOURCE = """
import os
DRAWN = "a1b2c3d4e5f6a7b8"
KEY = "of the module"
class Config:
    SECRET = "of the class"
    def __init__(self):
        self.token = "of the object"
        local = "of the function"
        use(local, "of nobody")
call(key="of a call", secret="of it, too")
given = {"apiKey": "of a dictionary", "secret": "of that, too"}
"""


def text(data: bytes) -> bytes:
    (member,) = iter_members(data)
    assert isinstance(member, Member)
    assert member[::2] == (b"", ("compiled Python",))
    return member.data


def string(value: str) -> bytes:
    return b"\xda" + bytes((len(value),)) + value.encode()


def elements(*objects: bytes) -> bytes:
    return b"\xa9" + bytes((len(objects),)) + b"".join(objects)


def settings(version: int, load: int, store: int, **given: str) -> bytes:
    """A module of nothing but settings, as a Python writes it that has these numbers for LOAD_CONST and STORE_NAME."""
    given = {**given, "DRAWN": "a1b2c3d4e5f6a7b8"}
    code = bytes(byte for at in range(len(given)) for byte in (load, at, store, at))
    values, names = map(string, given.values()), map(string, given)
    objects = [b"\xf3" + len(code).to_bytes(4, "little") + code, elements(*values, b"N"), elements(*names)]
    objects += [elements()] * 3 + [string("settings.py"), string("<module>")]
    head = version.to_bytes(2, "little") + b"\r\n" + bytes(8 if version < 3394 else 12)
    numbers = bytes(24 if 3413 <= version < 3495 else 20)
    return (
        head + b"\xe3" + numbers + b"".join(objects) + bytes(4) + elements() * (2 if version >= 3495 else 1)
    )


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="dictionaries are built otherwise in later ones")
def test_constants_have_the_names_that_they_are_given_to() -> None:
    lines = text(HEAD + marshal.dumps(compile(SOURCE, "bot/binance.py", "exec"))).decode().splitlines()
    given = dict(line.rstrip(";").split(" = ") for line in lines if " = " in line)
    assert given.items() >= {
        ("KEY", '"of the module"'),
        ("SECRET", '"of the class"'),
        ("token", '"of the object"'),
        ("local", '"of the function"'),
        ("key", '"of a call"'),
        ("secret", '"of that, too"'),
        ("apiKey", '"of a dictionary"'),
    }
    assert '"of nobody";' in lines
    assert lines.index('KEY = "of the module";') < lines.index('SECRET = "of the class";')
    assert {"os", "use", "bot/binance.py"} <= {*lines[-1].split()}


def test_constants_of_constants_are_read_with_the_name_of_all() -> None:
    source = 'DRAWN = "a1b2c3d4e5f6a7b8"\nKEYS = ("one", ("two", 3, b"three"))\nx in {"four"}\n'
    lines = text(HEAD + marshal.dumps(compile(source, "a.py", "exec"))).splitlines()
    assert b'KEYS = ("one", ("two", , "three"));' in lines
    assert b'("four");' in lines


def test_nothing_is_lost_where_no_string_should_be() -> None:
    data = settings(3425, 100, 90, KEY="one")
    odd = data.replace(b"\xf3\x08\0\0\0", b"\xf3\x18\0\0\0c3d4e5f6a7b8c9d0", 1)  # among the instructions
    assert b"c3d4e5f6a7b8c9d0" in odd
    assert b"c3d4e5f6a7b8c9d0" in text(odd)
    assert odd not in text(odd)


def test_tuples_of_tuples_without_end_are_not_written_out() -> None:
    def again(number: int) -> bytes:
        return b"\xa9\xc8" + (b"r" + number.to_bytes(4, "little")) * 200

    levels = elements(string("x")) + b"".join(map(again, (0, 2, 3, 4, 5)))
    code = b"c" + bytes(24) + b"s" + bytes(4) + b")\x06" + levels + elements() * 4 + string("a") + string("b")
    bomb = HEAD_3_9 + code + bytes(4) + elements() + b"\xda\x10a1b2c3d4e5f6a7b8"
    (trouble,) = iter_members(bomb)
    assert isinstance(trouble, Trouble)
    assert trouble.kind == "too-large"


@pytest.mark.parametrize(
    ("version", "load", "store"),
    [
        (3379, 100, 90),
        (3394, 100, 90),
        (3413, 100, 90),
        (3425, 100, 90),
        (3439, 100, 90),
        (3495, 100, 90),
        (3531, 100, 90),
        (3571, 83, 114),
        (3627, 82, 116),
    ],
)
def test_every_version_has_a_way_of_its_own(version: int, load: int, store: int) -> None:
    data = settings(version, load, store, KEY="one", SECRET="two")
    assert text(data).startswith(b'KEY = "one";\nSECRET = "two";\nDRAWN = ')
    assert is_compiled(data)
    assert data not in text(data)


def test_what_is_not_understood_stands_as_it_is() -> None:
    data = settings(3425, 100, 90, KEY="one", SECRET="two")
    for cut in (data[:-1], data + b"?", data[:16] + b"?" + data[17:], data.replace(b"N", b"?")):
        assert text(cut).endswith(cut)
    deep = data[:16] + b"\xa9\x01" * 100_000 + data[16:]
    assert text(deep).endswith(deep)
    for count, is_read in ((1 << 16, True), (1 << 19, False)):
        values = b"(" + count.to_bytes(4, "little") + b"N" * count
        rest = elements() * 4 + string("a1b2c3d4e5f6a7b8") + string("b") + bytes(4) + elements()
        countless = HEAD_3_9 + b"c" + bytes(24) + b"s" + bytes(4) + values + rest
        assert text(countless).endswith(countless) is not is_read
    many = data[:16] + b"\xe3" + bytes(24) + b"(\xff\xff\xff\x7f" + data[16:]
    assert text(many).endswith(many)


def test_what_holds_nothing_that_looks_drawn_is_not_read() -> None:
    data = settings(3425, 100, 90, KEY="one")
    plain = data.replace(b"a1b2c3d4e5f6a7b8", b"name_of_3_w0rds2")
    assert len(plain) == len(data)
    assert is_compiled(data)
    assert not is_compiled(plain)
    assert not [*iter_members(plain)]


def test_a_string_that_stands_in_very_many_places_is_not_written_out() -> None:
    data = settings(3425, 100, 90, KEY="one")
    count, reference = 100_000, b"r" + bytes(4)
    long = b"\xf3" + (1 << 20).to_bytes(4, "little") + bytes(1 << 20)
    values = b"(" + count.to_bytes(4, "little") + long + reference * (count - 1)
    bomb = (
        data[:16]
        + b"c"
        + bytes(24)
        + b"s"
        + bytes(4)
        + values
        + elements() * 4
        + string("a")
        + string("b")
        + bytes(4)
    )
    (trouble,) = iter_members(bomb + elements() + data[16:])
    assert isinstance(trouble, Trouble)
    assert trouble.kind == "too-large"


def test_numbers_beyond_a_byte_are_read() -> None:
    names = {f"NAME_{number}": f"value {number}" for number in range(119)}
    data = settings(3425, 100, 90, **names)
    code = bytes(byte for at in range(120) for byte in (144, 0, 100, at, 144, 0, 90, at))
    plain = bytes(byte for at in range(120) for byte in (100, at, 90, at))
    longer = data.replace(len(plain).to_bytes(4, "little") + plain, len(code).to_bytes(4, "little") + code, 1)
    assert b'NAME_118 = "value 118";' in text(data)
    assert text(longer).splitlines()[:120] == text(data).splitlines()[:120]


def test_a_text_that_begins_alike_is_none() -> None:
    assert not is_compiled(b"\xa7\x0d\n\n" + bytes(40))
    assert not [*iter_members(b"3\r\r\n and more")]
