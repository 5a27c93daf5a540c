"""Writes the reference pages of the documentation from the program itself.

    python -m tools.reference [--check]

`--check` writes nothing and ends with 1 if a page is not what the program says."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from leakscan.cli.commands import cli
from leakscan.cli.rules import form
from leakscan.errors import ExitCode
from leakscan.model import FAILURE_KINDS
from leakscan.reporters.coverage import remedy
from leakscan.rules import load_rules

FOLDER = Path(__file__).parent.parent / "docs/reference"
_MADE = "<!-- Made by `python -m tools.reference`: change the program, not this page. -->\n"
_WORDS = {"oid": "object id", "when": "date (RFC 3339)", "count": "integer"}
_EXIT = {
    ExitCode.CLEAN: "everything that was asked for was read, and nothing at or above the threshold was found",
    ExitCode.FINDINGS: "findings; if something could not be read, the report says that too",
    ExitCode.ERROR: "no answer: a usage, configuration, rule or internal error",
    ExitCode.INCOMPLETE: "nothing found, but something that should have been read was not",
    ExitCode.INTERRUPTED: "interrupted",
}


def pages() -> dict[str, str]:
    """Each page's name and text."""
    return {"commands.md": _commands(), "rules.md": _rules(), "report.md": _report()}


def _commands() -> str:
    parts = [_MADE, "# Commands\n", "| exit code | |", "|---|---|"]
    parts += [f"| {int(code)} | {text} |" for code, text in _EXIT.items()]
    for context, command in _walk(cli, click.Context(cli, info_name="leakscan", **cli.context_settings)):
        level = "##" if context.parent is None or context.parent.parent is None else "###"
        parts += [f"\n{level} {context.command_path}\n", "```text", command.get_help(context), "```"]
    return "\n".join(parts) + "\n"


def _walk(command: click.Command, context: click.Context) -> Iterator[tuple[click.Context, click.Command]]:
    context.max_content_width = context.terminal_width = 100
    yield context, command
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from _walk(found, click.Context(found, info_name=name, parent=context))


def _rules() -> str:
    rules = load_rules()
    parts = [
        _MADE,
        "# Rules\n",
        f"{len(rules.by_id)} rules of {len(rules.exchanges)} exchanges and environments. `leakscan explain RULE` says"
        " what such a value allows and what to do; `leakscan rules show RULE` says why it is judged so.",
    ]
    for exchange in sorted(rules.exchanges, key=lambda exchange: exchange.name.lower()):
        link = f" ([documentation]({exchange.help.docs_url}))" if exchange.help.docs_url else ""
        parts += [
            f"\n## {exchange.name}\n",
            f"`{exchange.id}`{link}\n",
            "| rule | finds | form | severity |",
            "|---|---|---|---|",
        ]
        for rule in exchange.rules:
            severity = (
                str(rule.severity)
                if rule.severity == rule.paired
                else f"{rule.severity}, {rule.paired} in a pair"
            )
            parts.append(f"| `{rule.id}` | {_cell(rule.title)} | {_cell(form(rule))} | {severity} |")
    return "\n".join(parts) + "\n"


def _report() -> str:
    schema = json.loads((FOLDER / "report.schema.json").read_text())
    parts = [
        _MADE,
        "# The report as JSON\n",
        f"{schema['description']} The same input gives the same bytes,"
        " but for `days`, an age. Checked against"
        " [report.schema.json](report.schema.json).",
        *_object(schema),
        "\n## Kinds of failure\n",
        "| kind | what mends it |",
        "|---|---|",
        *(f"| `{kind}` | {_cell(remedy(kind))} |" for kind in FAILURE_KINDS),
    ]
    for definition in schema["$defs"].values():
        if "title" in definition:
            parts += _object(definition)
    return "\n".join(parts) + "\n"


def _object(schema: dict[str, Any]) -> Iterator[str]:
    yield f"\n## {schema['title']}\n"
    if "$defs" not in schema and "description" in schema:
        yield schema["description"] + "\n"
    yield from ("| field | type | |", "|---|---|---|")
    for name, field in schema["properties"].items():
        optional = "" if name in schema["required"] else "where it applies: "
        yield f"| `{name}` | {_type(field)} | {optional}{_cell(field.get('description', ''))} |"


def _type(field: dict[str, Any]) -> str:
    match field:
        case {"const": value}:
            return f"`{value}`"
        case {"enum": values}:
            return ", ".join(f"`{value}`" for value in values)
        case {"anyOf": kinds}:
            return " or ".join(map(_type, kinds))
        case {"$ref": name}:
            found = str(name).rpartition("/")[2]
            return _WORDS.get(found, found)
        case {"type": "array", "items": items}:
            return f"list of {_type(items)}"
        case {"type": [*kinds]}:
            return " or ".join(kinds)
    return str(field["type"])


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def main() -> int:
    wrong = [name for name, text in pages().items() if _told(FOLDER / name) != text]
    if "--check" in sys.argv[1:]:
        for name in wrong:
            print(f"docs/reference/{name} is not what the program says: run python -m tools.reference")
        return 1 if wrong else 0
    for name, text in pages().items():
        (FOLDER / name).write_text(text)
    return 0


def _told(page: Path) -> str:
    return page.read_text() if page.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
