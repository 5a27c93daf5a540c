"""One picture of a report: a bar for each tool, grouped by target, as SVG."""

from __future__ import annotations

from html import escape

from compare import Report

_COLORS = ("#1a7f4b", "#7a869a", "#c4622d", "#5b6abf", "#b0a03c", "#8c4f8c", "#3c8c9c")
_BAR, _GAP, _LABEL, _WIDTH, _VALUES = 16, 22, 190, 560, 110


def draw(report: Report, title: str) -> str:
    """The picture. Bars are wall seconds, on one scale."""
    tools = sorted(
        {tool for rows in report.values() for tool in rows}, key=lambda tool: (tool != "leakscan", tool)
    )
    color = {tool: _COLORS[number % len(_COLORS)] for number, tool in enumerate(tools)}
    timed = {
        target: [(tool, rows[tool]["wall_s"]) for tool in tools if "wall_s" in rows.get(tool, {})]
        for target, rows in report.items()
    }
    longest = max((seconds for rows in timed.values() for _, seconds in rows), default=1.0)
    parts = [_text(8, 22, title, size=15, weight="bold")]
    y = 40
    for target, rows in timed.items():
        parts.append(_text(8, y + 12, target, weight="bold"))
        y += _GAP
        for tool, seconds in rows:
            width = max(1.0, seconds / longest * _WIDTH)
            parts.append(_text(_LABEL - 8, y + 12, tool, anchor="end"))
            parts.append(
                f'<rect x="{_LABEL}" y="{y}" width="{width:.1f}" height="{_BAR - 3}" fill="{color[tool]}"/>'
            )
            parts.append(_text(_LABEL + width + 6, y + 11, f"{seconds:.2f} s"))
            y += _BAR
        y += 8
    width = _LABEL + _WIDTH + _VALUES
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{y}" viewBox="0 0 {width} {y}">'
    back = f'<rect width="{width}" height="{y}" fill="#ffffff"/>'
    return "\n".join([head, back, *parts, "</svg>"]) + "\n"


def _text(
    x: float, y: float, words: str, *, size: int = 12, anchor: str = "start", weight: str = "normal"
) -> str:
    style = f'font-family="sans-serif" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {style} fill="#1f2328">{escape(words)}</text>'
