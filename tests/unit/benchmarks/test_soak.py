"""What the long run compares."""

from dataclasses import replace
from pathlib import Path

import leakscan
from benchmarks.soak import digest
from leakscan.rules.fake import fill


def test_a_report_is_the_same_when_a_finding_has_grown_a_day_older(tmp_path: Path) -> None:
    (tmp_path / "bot.env").write_text(fill("BINANCE_API_SECRET={alnum:64}"))
    result = leakscan.scan(tmp_path)
    (found,) = result.findings
    older = replace(found, exposure=replace(found.exposure, days=1735))
    elsewhere = replace(found, fingerprint="0" * 32)
    assert digest(replace(result, findings=(older,))) == digest(result)
    assert digest(replace(result, findings=(elsewhere,))) != digest(result)
