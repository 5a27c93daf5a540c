"""Idioms of program text: constants, mappings, clients, calls into SDKs and ccxt."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.quality.decoys import decoy_setting
from benchmarks.quality.idioms import PLAIN, by_words, idiom
from benchmarks.quality.languages import LANGUAGES, Language, long_passage, some
from benchmarks.quality.page import Page, Setting
from benchmarks.quality.settings import cased, label_of, literal, mention, part_names, prefix_of
from benchmarks.quality.venues import Venue, load

CODE = (*PLAIN, "class", "far")
WITH_SDK = {call[0] for venue in load().values() for call in venue.sdk}
CCXT_FORMS = {"{evm}": "privateKey", "{address}": "walletAddress"}
CCXT_NAMES = {"key": "apiKey", "secret": "secret", "passphrase": "password", "user-id": "uid"}


def quoted(language: Language, quote: str, value: str) -> str:
    text = literal(value, '"' if quote in ('@"', "`") and "\n" not in value else quote)
    if quote == "`" and "\n" not in value:
        return f"`{value}`"
    return f"@{text}" if quote == '@"' and "\n" not in value else text


def assign(language: Language, pattern: str, setting: Setting, quote: str) -> str:
    name = setting.name
    text = pattern.replace("{NAME}", cased(name, "UPPER")).replace("{Name}", cased(name, "Pascal"))
    text = text.replace("{name}", cased(name, language.case)).replace("{{", "{").replace("}}", "}")
    return text.replace("{value}", quoted(language, quote, setting.value))


def wrapped(page: Page, language: Language, body: list[str]) -> str:
    """The body among ordinary lines; the exchange named by a class or far above where the difficulty says so."""
    above = []
    if page.difficulty == "class":
        name = cased(prefix_of(page), "Pascal")
        above = {
            "python": [f"class {name}{page.pick('Client', 'Exchange', 'Bot')}:"],
            "go": [f"// {name}Client talks to the REST API", f"type {name}Client struct {{}}"],
            "rust": [f"pub struct {name}Client {{}}"],
            "ruby": [f"class {name}Client"],
            "r": [f"# {label_of(page)} client"],
        }.get(language.name, [f"{'' if 'script' in language.name else 'public '}class {name}Client {{"])
        if language.name == "python":
            body = [f"    {line}" for line in body]
    elif page.difficulty == "far":
        above = [f"{language.comment} Trading bot for {label_of(page)}", ""]
        above += long_passage(page, language)
    after = ["}"] if above and above[0].endswith("{") and not above[0].endswith("{}") else []
    after += ["end"] if above and above[0].startswith("class") and language.name == "ruby" else []
    lines = [*some(page, language, 2), "", *above, *body, *after, "", *some(page, language, 2)]
    start = ["<?php"] if language.name == "php" else []
    return "\n".join([*start, *lines]) + "\n"


def mentioned(page: Page, language: Language, pattern: str, quote: str) -> list[str]:
    return [
        assign(language, pattern, s, quote) if s.name else f"{language.comment} {s.value}"
        for s in mention(page)
    ]


def constants(language: Language) -> Callable[[Page], str]:
    def render(page: Page) -> str:
        pattern, quote = page.pick(*language.constant), page.pick(*language.quotes)
        names = part_names(page)
        body = mentioned(page, language, pattern, quote)
        parts = [Setting(names[part], page.secret(part)) for part in page.parts]
        if page.rng.random() < 0.5:
            parts.insert(page.rng.randrange(len(parts) + 1), decoy_setting(page))
        return wrapped(page, language, body + [assign(language, pattern, part, quote) for part in parts])

    return render


def mapping(language: Language) -> Callable[[Page], str]:
    def render(page: Page) -> str:
        quote = page.pick(*language.quotes)
        names = part_names(page)
        parts = [Setting(names[part], page.secret(part)) for part in page.parts]
        if page.rng.random() < 0.5:
            parts.append(decoy_setting(page))
        body = mentioned(page, language, language.constant[0], quote)
        entries = [assign(language, language.pair, part, quote).rstrip(",") for part in parts]
        comma = "," if language.pair.rstrip().endswith(",") or language.name == "python" else ""
        comma = "" if language.name in ("java",) else comma
        lines = [f"    {entry.strip()}{comma}" for entry in entries]
        if language.name == "r":
            lines[-1] = lines[-1].rstrip(",")
        return wrapped(page, language, [*body, language.mapping[0], *lines, language.mapping[1]])

    return render


def own_client(language: Language) -> Callable[[Page], str]:
    """A client class named after the exchange, its parts by place or by name."""

    def render(page: Page) -> str:
        quote, pattern = page.pick(*language.quotes), page.pick(*language.call)
        names = part_names(page)
        by_name = language.named if page.rng.random() < 0.5 else "{value}"
        arguments = [
            assign(language, by_name, Setting(names[part], page.secret(part)), quote) for part in page.parts
        ]
        kind = page.pick("Client", "Api", "Exchange", "RestClient", "Trader")
        text = pattern.replace("{Client}", cased(prefix_of(page), "Pascal") + kind)
        listed = ", ".join(arguments)
        if "script" in language.name and by_name != "{value}":
            listed = f"{{ {listed} }}"
        return wrapped(page, language, [text.replace("{arguments}", listed)])

    return render


def ccxt_name(page: Page, part: str) -> str:
    """What ccxt calls the part."""
    return CCXT_FORMS.get(page.venue.parts[part], CCXT_NAMES[part])


def ccxt_call(language: Language) -> Callable[[Page], str]:
    def render(page: Page) -> str:
        quote = page.pick(*language.quotes) if language.name != "csharp" else '"'
        name = page.pick(*page.venue.ccxt)
        lines = []
        for line in language.ccxt:
            if "{value}" not in line:
                lines.append(line.replace("{id}", name).replace("{Id}", name.capitalize()))
                continue
            for part in page.parts:
                value = quoted(language, quote, page.secret(part))
                lines.append(line.replace("{name}", ccxt_name(page, part)).replace("{value}", value))
        if language.name == "python" and page.rng.random() < 0.4:  # attributes after the fact
            lines = [lines[0], f"exchange = ccxt.{name}()"]
            for part in page.parts:
                value = quoted(language, quote, page.secret(part))
                lines.append(f"exchange.{ccxt_name(page, part)} = {value}")
        return wrapped(page, language, lines)

    return render


def sdk_call(language: Language) -> Callable[[Page], str]:
    def render(page: Page) -> str:
        _, first, *calls = page.rng.choice([call for call in page.venue.sdk if call[0] == language.name])
        quote = page.pick(*language.quotes) if language.name != "csharp" else '"'
        for part in page.parts:
            calls = [c.replace(f"{{{part}}}", quoted(language, quote, page.secret(part))) if f"{{{part}}}" in c else c
                     for c in calls]  # fmt: skip
        gap = page.rng.choice(([], ["", *some(page, language, 2), ""], ["", *long_passage(page, language)]))
        return wrapped(page, language, [first, *gap, *calls])

    return render


def has_sdk(language: str) -> Callable[[Venue], bool]:
    return lambda venue: any(call[0] == language for call in venue.sdk)


def _register(language: Language) -> None:
    name, end = language.name, language.suffix
    files = f"config.{end} src/bot.{end} settings.{end} tests/test_live.{end}"
    idiom(f"{name}-constants", name, files, CODE)(constants(language))
    idiom(f"{name}-mapping", name, files, CODE)(mapping(language))
    idiom(f"{name}-client", name, f"main.{end} examples/trade.{end}", ("positional",))(own_client(language))
    if name in WITH_SDK:
        idiom(f"{name}-sdk", name, f"bot.{end} app/trade.{end}", ("call",), has_sdk(name))(sdk_call(language))
    if language.ccxt:
        suits = by_words("ccxt")
        idiom(f"{name}-ccxt", name, f"bot.{end} ccxt_test.{end}", ("call",), suits)(ccxt_call(language))


for _language in LANGUAGES.values():
    _register(_language)
