"""`ScanResult` -> text. One module a format, imported only when that format is rendered."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, cast

from leakscan.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from leakscan.model import ScanResult

    # The whole text, or pieces of it where there may be much.
    Renderer = Callable[["ScanResult", "RenderOptions"], str | Iterator[str]]

REPORTERS: dict[str, str] = {
    "text": "leakscan.reporters.text:render_text",
    "json": "leakscan.reporters.json_report:render_json",
    "jsonl": "leakscan.reporters.jsonl_report:render_jsonl",
    "sarif": "leakscan.reporters.sarif:render_sarif",
    "markdown": "leakscan.reporters.markdown:render_markdown",
    "github": "leakscan.reporters.github:render_github",
    "gitlab": "leakscan.reporters.gitlab:render_gitlab",
    "html": "leakscan.reporters.html_report:render_html",
    "junit": "leakscan.reporters.junit:render_junit",
}


class RenderOptions(NamedTuple):
    """How to render. `color` and `width` (columns) concern the text alone; `finished`: seconds since the epoch, for the
    one format that must name a time."""

    color: bool = False
    width: int = 80
    sarif_history: bool = False
    verbose: bool = False
    finished: float = 0.0


def load_renderer(name: str) -> Renderer:
    if name not in REPORTERS:
        raise ConfigError(f"unknown format {name!r}; known: {', '.join(REPORTERS)}")
    module, _, function = REPORTERS[name].partition(":")
    renderer = getattr(import_module(module), function)
    return cast("Renderer", renderer)


def render(name: str, result: ScanResult, options: RenderOptions) -> str:
    """The report: lines that each end in a newline. Only jsonl without a finding is empty."""
    return "".join(iter_report(name, result, options))


def iter_report(name: str, result: ScanResult, options: RenderOptions) -> Iterator[str]:
    """What `render` gives, in pieces: a report may be larger than all that was found."""
    made = load_renderer(name)(result, options)
    yield from [made] if isinstance(made, str) else made
