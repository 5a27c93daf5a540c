"""One finding a line, for pipes: no line for a scan without findings, nothing before or after them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakscan.reporters.escape import dump_json
from leakscan.reporters.json_report import finding_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leakscan.model import ScanResult
    from leakscan.reporters import RenderOptions


def render_jsonl(result: ScanResult, options: RenderOptions) -> Iterator[str]:
    return (dump_json(finding_fields(finding)) + "\n" for finding in result.findings)
