"""The HTML report of many findings in an installed Chromium: how soon it can be used, what typing and scrolling cost.

    python benchmarks/page.py [--findings N] [--turns N] [--pictures FOLDER]

A repository with so many leaked values is made up and scanned. Prints medians and the worst of the turns."""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from leakscan.rules.fake import fill

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
VENUES = {
    "binance": ("BINANCE_API_KEY={alnum:64}", "BINANCE_API_SECRET={alnum:64}"),
    "kraken": ("KRAKEN_API_KEY={base64:56}", "KRAKEN_API_SECRET={base64:88}"),
    "bybit": ("BYBIT_API_KEY={alnum:18}", "BYBIT_API_SECRET={alnum:36}"),
    "bitfinex": ("BITFINEX_API_KEY={alnum:43}", "BITFINEX_API_SECRET={alnum:43}"),
}
DAY = 86_400
COMMITS = 100
# In the page: from the press of a key to the frame that shows its answer.
WATCH = """() => {
  window.waits = [];
  document.addEventListener("keydown", (event) => {
    const pressed = event.timeStamp;
    requestAnimationFrame(() => setTimeout(() => window.waits.push(performance.now() - pressed)));
  }, true);
}"""
# Until a frame after the script has run, in milliseconds since the address was asked for.
USABLE = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))"
SHOW_EVERYTHING = """() => new Promise((done) => {
  const start = performance.now();
  const more = document.getElementById("more");
  while (!more.hidden) more.click();
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
})"""
# Down the whole list in 100 steps, one a frame: the gaps between frames.
SCROLL = """() => new Promise((done) => {
  const gaps = [];
  let last = performance.now();
  const step = () => {
    const now = performance.now();
    gaps.push(now - last);
    last = now;
    if (gaps.length > 100) return done(gaps.slice(1));
    scrollTo(0, document.documentElement.scrollHeight * gaps.length / 100);
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--findings", type=int, default=5_000)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--pictures", type=Path, help="a folder for pictures of the page")
    given = parser.parse_args()
    if CHROMIUM is None:
        raise SystemExit("no Chromium here: install one, or name it in CHROMIUM")
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        report = make_report(Path(folder), given.findings)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        turns = [measure(browser, report) for _ in range(given.turns)]
        print(f"{report.stat().st_size / 1e6:.1f} MB; ms, median and worst of {given.turns} turns")
        for name in turns[0]:
            figures = [turn[name] for turn in turns]
            print(f"{name:50} {median(figures):8.0f} {max(figures):8.0f}")
        if given.pictures:
            take_pictures(browser, report, given.pictures)
        browser.close()


def make_report(folder: Path, findings: int) -> Path:
    """Each file has a key and its secret; every third file goes again."""
    repository, report = folder / "desk", folder / "report.html"
    subprocess.run(["git", "init", "-q", repository], check=True)
    load = ["git", "-C", repository, "fast-import", "--quiet"]
    subprocess.run(load, input="".join(commits(findings // 2)).encode(), check=True)
    subprocess.run(["git", "-C", repository, "checkout", "-qf", "main"], check=True)
    scan = [Path(sys.executable).with_name("leakscan"), "scan", repository, "-q", "--no-cache"]
    subprocess.run([*scan, "-o", f"html={report}", "-f", "jsonl"], stdout=subprocess.DEVNULL, check=False)
    return report


def commits(files: int) -> Iterator[str]:
    """What `git fast-import` reads."""
    rng = random.Random(1)
    when = 1_600_000_000
    for number in range(COMMITS):
        when += rng.randrange(2 * DAY, 20 * DAY)
        yield f"commit refs/heads/main\ncommitter Alice <alice@example.com> {when} +0000\ndata 0\n"
        for file in range(number, files, COMMITS):
            venue = list(VENUES)[file % len(VENUES)]
            text = "".join(f"{fill(line, file)}\n" for line in VENUES[venue])
            yield f"M 100644 inline {path_of(venue, file)}\ndata {len(text)}\n{text}\n"
        if number:
            for file in range(number - 1, files, COMMITS):
                if file % 3 == 0:
                    yield f"D {path_of(list(VENUES)[file % len(VENUES)], file)}\n"


def path_of(venue: str, file: int) -> str:
    return f"services/{venue}/desk_{file % 37}/bot_{file}.env"


def measure(browser: Any, report: Path) -> dict[str, float]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(report.as_uri(), wait_until="commit")
    page.wait_for_selector("details.card")
    figures = {"until it can be used": page.evaluate(USABLE)}
    timing = page.evaluate("() => performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
    figures["until its script has run"] = timing
    page.evaluate(WATCH)
    page.get_by_label("Path, rule or fingerprint").press_sequentially("bot_1234.env", delay=30)
    page.wait_for_function("window.waits.length >= 12")
    waits = page.evaluate("window.waits")
    figures["first key typed into the filter"] = waits[0]
    figures["further keys, median"] = median(waits[1:])
    figures["further keys, worst"] = max(waits[1:])
    page.get_by_role("button", name="Show all").click()
    figures["all credentials shown"] = page.evaluate(SHOW_EVERYTHING)
    gaps = page.evaluate(SCROLL)
    figures["scrolling through all, frame, median"] = median(gaps)
    figures["scrolling through all, frame, worst"] = max(gaps)
    context.close()
    return figures


def take_pictures(browser: Any, report: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, width in {"phone": 390, "desktop": 1440}.items():
        for scheme in ("light", "dark"):
            context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
            page = context.new_page()
            page.goto(report.as_uri())
            page.screenshot(path=folder / f"{name}-{scheme}.png")
            page.locator("summary").first.click()
            page.locator("#findings").evaluate("(section) => section.scrollIntoView()")
            page.screenshot(path=folder / f"{name}-{scheme}-findings.png")
            context.close()


if __name__ == "__main__":
    main()
