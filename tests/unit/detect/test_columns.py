"""Names that stand apart from their values."""

import pytest

from leakscan.detect.columns import column_name


def named(text: str) -> str | None:
    """The name of the value that stands at the mark `@`, the end of the text."""
    data = text[: text.index("@")].encode()
    span = column_name(data, data.rfind(b"\n") + 1)
    return data[slice(*span)].decode().strip() if span else None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("key, secret = '@", "key"),
        ("key, secret = 'x', '@", "secret"),
        ("x = 1\n  const [key, secret] = ['x', '@", "secret"),
        ("my ($key, $secret) = ('x', '@", "$secret"),
        ("key, secret := 'x', 'y', '@", None),
        ("key, secret: '@", None),
        ("key = '@", None),
        # the statement of a database, over several rows
        ("(id, api_key, secret) VALUES (1, '@", "api_key"),
        ("(id, api_key, secret) values (1, 'x', '@", "secret"),
        ("(id, api_key) VALUES (1, 'x'), (2, '@", "api_key"),
        ("(id, api_key) VALUES (1, 'x', '@", None),
        ("(`id`, [key], \"secret\") VALUES\n  (1, 'x', '@", "secret"),
        # tables: of each separator, with a rule below the head
        ("name,api_key\nmain,@", "api_key"),
        ("name,api_key\n@", None),
        ("name;api_key;secret\nmain;x;@", "secret"),
        ("name\tapi_key\nmain\t@", "api_key"),
        ("| name | api_key |\n| main | @", "api_key"),
        ("| name | api_key |\n|------|:--:|\n| main | @", "api_key"),
        ("\n| name | api_key |\n| main | @", "api_key"),
        ("text\nname,api_key\nmain,@", "api_key"),
        ("name|api,key\nmain|@", "api,key"),
        ("name,api_key\nmain,x,@", None),
        ("name,api_key\nmain=1,@", None),
        ("name,api_key\nmain:1,@", None),
        ("name,api_key\nf(1,@", None),
        ("a=b,api_key\nmain,@", None),
        ("n\nm,@", None),
        ("\nm,@", None),
        ("m,@", None),
        ("---\nm,@", None),
        ("|--|--|\n|m|@", None),
        ("a,b\n" + "x," * 1 + "@", "b"),
    ],
)
def test_the_column_of_a_value_names_it(text: str, name: str | None) -> None:
    assert named(text) == name


def test_the_span_of_a_column_is_all_of_its_cell() -> None:
    text = b"x\n| name | api_key |\n| main | "
    span = column_name(text, text.rfind(b"\n") + 1)
    assert span is not None
    assert text[slice(*span)] == b" api_key "
    wide = b"(id,  key) VALUES (1, '"
    span = column_name(wide, 0)
    assert span is not None
    assert wide[slice(*span)] == b"key"
