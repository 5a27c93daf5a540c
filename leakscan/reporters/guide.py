"""What a credential is, what it allows and what to do now: one text for the terminal, for Markdown and for SARIF."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from leakscan.reporters.escape import show_text

if TYPE_CHECKING:
    from leakscan.model import RuleInfo

# A request names the API key and is signed with the secret or the private key; of a key pair the exchange has the
# public half (binance/binance-spot-api-docs, faqs/api_key_types.md, read 2026-11).
_ALLOWS: dict[str, tuple[str, ...]] = {
    "key": (
        "Alone it names an account and signs nothing: orders and withdrawals need the secret that belongs to it.",
        "With that secret it can do whatever the key was permitted at the exchange. Look for the secret beside it, in"
        " the history and in what was built from it.",
    ),
    "secret": (
        "It signs requests: whoever has the API key as well can do whatever the key was permitted at the exchange.",
        "The key is no secret to whoever sees traffic, logs or screenshots: do not count on it being unknown.",
    ),
    "passphrase": (
        "It goes with a key and a secret in each request: alone it allows nothing, with both it completes them.",
    ),
    "private-key": (
        "It signs requests in the place of a secret: with the API key under which its public half is registered, it can"
        " do whatever that key was permitted at the exchange.",
        "openssl pkey -in FILE -pubout prints its public half. The exchange's API page shows under which API key that"
        " is registered: delete that one.",
    ),
}
_MARKDOWN = re.compile(r"[\\`*_\[\]<>|&#~@!]")


@dataclass(frozen=True, slots=True)
class Section:
    """`ordered`: steps to be done one after the other."""

    title: str
    lines: tuple[str, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Guide:
    """Plain printable lines; `links` are titles and addresses of the web."""

    title: str
    sections: tuple[Section, ...]
    links: tuple[tuple[str, str], ...]


def guide_of(rule: RuleInfo) -> Guide:
    title = show_text(rule.title.strip()) or show_text(rule.rule_id)
    description = show_text(rule.description.strip())
    steps = tuple(map(show_text, rule.help.steps)) or ("Revoke it at the exchange first, then remove it",)
    sections = (
        Section("What it is", (description,) if description not in ("", title) else ()),
        Section("What it allows", _ALLOWS.get(rule.part, ())),
        Section("Do now", steps, ordered=True),
    )
    links = (
        ("Revoke it at the exchange", web_uri(rule.help.revoke_url)),
        ("How these keys work", web_uri(rule.help.docs_url)),
    )
    return Guide(title, tuple(s for s in sections if s.lines), tuple(link for link in links if link[1]))


def guide_text(guide: Guide, width: int) -> str:
    """Wrapped to `width` columns; ends in a newline."""
    blocks = [guide.title]
    for section in guide.sections:
        rows = [f"{section.title}:"]
        for number, line in enumerate(section.lines, 1):
            bullet = f"  {number}. " if section.ordered else "  "
            rows += textwrap.wrap(
                line,
                width,
                initial_indent=bullet,
                subsequent_indent=" " * len(bullet),
                break_long_words=False,
                break_on_hyphens=False,
            )
        blocks.append("\n".join(rows))
    blocks.append("\n".join(f"{title}: {uri}" for title, uri in guide.links))
    return "\n\n".join(filter(None, blocks)) + "\n"


def guide_markdown(guide: Guide) -> str:
    blocks = [f"**{escape_markdown(guide.title)}**"]
    for section in guide.sections:
        lines = [escape_markdown(line) for line in section.lines]
        if section.ordered:
            blocks.append(
                f"{section.title}:\n\n" + "\n".join(f"{n}. {line}" for n, line in enumerate(lines, 1))
            )
        else:
            blocks.append(f"{section.title}: " + " ".join(lines))
    blocks.append(" · ".join(f"[{title}]({uri})" for title, uri in guide.links))
    return "\n\n".join(filter(None, blocks)) + "\n"


def escape_markdown(text: str) -> str:
    """Nothing in it is markup; an address stays one."""
    return " ".join(
        word if re.fullmatch(r"https://[\w./%#-]+", word) else _MARKDOWN.sub(r"\\\g<0>", word)
        for word in text.split(" ")
    )


def web_uri(url: str) -> str:
    """The address as a URI that cannot end a Markdown link early, or nothing if it is not one of the web."""
    if not url.startswith(("https://", "http://")):
        return ""
    return quote(url.encode("utf-8", "replace"), safe=":/?#@!$&'*+,;=%~")
