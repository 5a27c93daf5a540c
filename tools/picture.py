"""Draws a real scan of a made-up repository, docs/scan.svg: python -m tools.picture"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

from leakscan.rules.fake import fill

PICTURE = Path(__file__).parents[1] / "docs" / "scan.svg"
WIDTH = 100
_BOT = """import os
from binance.client import Client
api_key = "{alnum:64}"
api_secret = "{alnum:64}"
client = Client(api_key, api_secret)
"""
_MENDED = """import os
from binance.client import Client
client = Client(os.environ["BINANCE_KEY"], os.environ["BINANCE_SECRET"])
"""
_FONTS = re.compile(r"@font-face \{\{.*?\}\}\n\s*|<!--.*?-->\n\s*", re.S)  # a picture must load nothing


def scan() -> str:
    """What `leakscan scan .` shows of a bot whose keys were taken out of its files, but not out of its history."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "bot"
        (root / "bot").mkdir(parents=True)
        _git(root, "init", "-q")
        for days, content, message in (
            (41, fill(_BOT, 7), "trade"),
            (12, _MENDED, "keys from the environment"),
        ):
            (root / "bot" / "config.py").write_text(content)
            _git(root, "add", ".")
            _git(root, "commit", "-q", "-m", message, days=days)
        command = [sys.executable, "-m", "leakscan", "scan", ".", "--color", "always", "--no-cache"]
        env = os.environ | {"COLUMNS": str(WIDTH)}
        return subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False).stdout


def draw(shown: str) -> str:
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(f"\x1b[1m$ leakscan scan .\x1b[0m\n{shown}"))
    return console.export_svg(
        title="leakscan", code_format=_FONTS.sub("", CONSOLE_SVG_FORMAT), unique_id="scan"
    )


def _git(root: Path, *arguments: str, days: int = 0) -> None:
    when = (datetime.now(UTC) - timedelta(days=days)).isoformat()
    person = {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "Alice"), ("EMAIL", "alice@desk.example"), ("DATE", when))
    }
    subprocess.run(["git", *arguments], cwd=root, env=os.environ | person, check=True)


if __name__ == "__main__":
    PICTURE.write_text(draw(scan()), encoding="utf-8")
