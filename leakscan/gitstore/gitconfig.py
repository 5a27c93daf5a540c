"""The few facts of a repository's config file, read as data. Includes are not followed."""

from __future__ import annotations

import re
from typing import NamedTuple

_SECTION = re.compile(r'\[\s*([A-Za-z0-9.-]+)(?:\s+"((?:[^"\\\n]|\\.)*)")?\s*\]')
_KEY = re.compile(r"([A-Za-z][A-Za-z0-9-]*)[ \t]*(?:=(.*))?$")


class Setting(NamedTuple):
    """`section` and `key` in lower case; `subsection` as written, empty if there is none."""

    section: str
    subsection: str
    key: str
    value: str


def parse_config(data: bytes) -> list[Setting]:
    """Every setting in order; lines that are none are passed over."""
    settings: list[Setting] = []
    section, subsection = "", ""
    text = data.decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n")
    for line in text.replace("\\\n", "").split("\n"):
        line = line.strip()
        header = _SECTION.match(line)
        if header:
            section, subsection = header[1].lower(), re.sub(r"\\(.)", r"\1", header[2] or "")
            line = line[header.end() :].strip()
        key = _KEY.match(line)
        if key:
            value = "true" if key[2] is None else _value(key[2])
            settings.append(Setting(section, subsection, key[1].lower(), value))
    return settings


def _value(raw: str) -> str:
    """Quotes and backslashes undone, the comment cut off."""
    out: list[str] = []
    quoted = False
    characters = iter(raw.strip())
    for character in characters:
        if character == "\\":
            out.append(next(characters, ""))
        elif character == '"':
            quoted = not quoted
        elif character in "#;" and not quoted:
            return "".join(out).rstrip()
        else:
            out.append(character)
    return "".join(out)
