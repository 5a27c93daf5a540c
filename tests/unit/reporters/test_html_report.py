"""The page in a real browser: what it says, filters, keys, ticks, and that nothing of a repository comes alive."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from scan_results import (
    HOSTILE_PATHS,
    KEY_RULE,
    SECRET_RULE,
    Generator,
    desk_result,
    incomplete_result,
    result_of,
)

from leakscan.model import CommittedFile, Event, Exposure, Finding, ScanResult, Severity, WorktreeFile
from leakscan.reporters import RenderOptions, render
from leakscan.reporters.credentials import credentials_of
from leakscan.reporters.html_timeline import timeline_of

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
MARKUP = b"</script><script>document.title='owned'</script><img src=http://127.0.0.1:9/x onerror=alert(1)>.py"


class Browser:
    """Opens reports; `requests` holds every address asked for, `errors` what the page complained of."""

    def __init__(self, context: Any, folder: Path) -> None:
        self.context = context
        self.folder = folder
        self.requests: list[str] = []
        self.errors: list[str] = []

    def open(self, result: ScanResult, fragment: str = "") -> Any:
        file = self.folder / "report.html"
        file.write_text(render("html", result, RenderOptions()), "utf-8")
        page = self.context.new_page()
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.errors.append(message.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(file.as_uri() + fragment)
        return page


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium here: install one, or name it in CHROMIUM")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def browser(chromium: Any, tmp_path: Path) -> Iterator[Browser]:
    context = chromium.new_context(viewport={"width": 1100, "height": 900})
    yield Browser(context, tmp_path)
    context.close()


def many(number: int) -> ScanResult:
    """So many credentials at one place in the tree and one in the history each."""
    make = Generator(3)
    findings: list[Finding] = []
    for index in range(number):
        path = b"services/%s/config_%d.py" % (make.text(12).encode(), index)
        commit = replace(make.commit(), timestamp=1_500_000_000 + make.random.randrange(10**8))
        came = Event(commit, path)
        gone = Event(replace(commit, timestamp=commit.timestamp + 10**7), path) if index % 3 == 0 else None
        exposure = Exposure(came, gone, gone is None, gone is None, ("refs/heads/main",), index % 2 == 0, 400)
        places = [CommittedFile(make.oid(), path, commit, False)]
        places = places if gone else [WorktreeFile(path), *places]
        severity = list(Severity)[index % 4]
        rule = (KEY_RULE, SECRET_RULE)[index % 2]
        findings.append(make.finding(rule, *places, exposure=exposure, severity=severity))
    return result_of(*findings)


def test_the_page_says_what_was_found_and_how_it_is_exposed(browser: Browser) -> None:
    page = browser.open(desk_result())
    assert page.title() == "leakscan: 3 credentials found"
    assert page.locator("details.card").count() == 3
    page.locator("summary").first.click()
    page.locator(".body").first.wait_for()
    said = page.locator("details.card").first.inner_text()
    assert "introduced 2024-03-02" in said
    assert "published" in said
    assert "412 days old" in said
    assert "bot/config.py:12:15" in said
    assert page.locator("svg .bar").count() == 3  # two bars and the open end of one
    assert "Delete the API key now" in page.locator(".help").inner_text()
    assert browser.errors == []


def test_nothing_is_asked_of_the_network_and_no_markup_of_a_repository_lives(browser: Browser) -> None:
    make = Generator(5)
    hostile = [*HOSTILE_PATHS, MARKUP, b"{{7*7}}", b"]]><svg onload=alert(1)>", b"<!--<script>"]
    text = MARKUP.decode()
    commit = make.commit(author=text, date=text)
    exposure = Exposure(Event(commit, MARKUP), None, True, True, (text,), True, 3)
    findings = [
        make.finding(
            KEY_RULE, WorktreeFile(path), title=text, reasons=(text,), exchange=text, exposure=exposure
        )
        for path in hostile
    ]
    help_ = replace(
        KEY_RULE.help, revoke_url="javascript:alert(1)", docs_url=f'https://x"{text}', steps=(text,)
    )
    result = incomplete_result(*(replace(finding, help=help_) for finding in findings))
    page = browser.open(replace(result, target=text))
    page.get_by_role("button", name="Unfold all").click()
    assert page.locator("details.card[open] .body").count() == len(hostile)
    assert page.locator("img, iframe, object, embed, base, link, form[action]").count() == 0
    assert page.locator("script").count() == 2
    assert page.locator("a[href^=javascript]").count() == 0
    assert page.locator("[onerror], [onload], [onclick], [style]").count() == 0
    assert "49" not in page.title()
    assert "owned" in page.locator("#cards").inner_text()
    assert page.title() != "owned"
    assert [url.partition(":")[0] for url in browser.requests] == ["file"]
    assert browser.errors == []


def test_the_policy_lets_no_other_script_run_and_nothing_be_fetched(browser: Browser) -> None:
    page = browser.open(desk_result())
    page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.owned = 1';"
        " document.body.append(s); const i = new Image(); i.src = 'http://127.0.0.1:9/x.png';"
        " document.body.append(i); }"
    )
    page.wait_for_timeout(100)
    assert page.evaluate("window.owned") is None
    assert len([text for text in browser.errors if "Content Security Policy" in text]) == 2


def test_filters_narrow_the_list_and_say_how_many_are_left(browser: Browser) -> None:
    page = browser.open(many(240))
    shown = page.locator("#shown")
    assert shown.inner_text() == "240 credentials"
    assert page.locator("details.card").count() == 100
    page.get_by_role("button", name="Show 100 more of 140").click()
    assert page.locator("details.card").count() == 200
    page.get_by_label("Severity").select_option("critical")
    assert shown.inner_text() == "60 of 240 credentials"
    page.get_by_label("State").select_option("history")
    assert shown.inner_text() == "20 of 240 credentials"
    page.get_by_role("button", name="Show all").click()
    page.get_by_label("Path, rule or fingerprint").fill("config_239.py")
    assert shown.inner_text() == "1 of 240 credentials"
    assert page.locator("details.card").count() == 1
    page.get_by_label("Path, rule or fingerprint").fill("nowhere")
    assert page.locator("#nothing").is_visible()
    page.get_by_role("button", name="Show all").click()
    assert shown.inner_text() == "240 credentials"


def test_everything_is_done_with_the_keyboard(browser: Browser) -> None:
    page = browser.open(desk_result())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "text"
    page.keyboard.type("old")  # no shortcut is stolen from whoever types
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    for _ in range(3):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.keyboard.press("Enter")
    page.locator("details.card[open] .ticks").first.wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert page.locator(".ticks input").first.is_checked()


def test_ticks_stay_when_the_page_is_opened_again(browser: Browser) -> None:
    page = browser.open(desk_result())
    page.locator("summary").first.click()
    page.get_by_label("Delete the API key now").check()
    page.reload()
    assert page.locator("summary").first.get_by_text("1 of 4 steps done").is_visible()
    page.locator("summary").first.click()
    assert page.get_by_label("Delete the API key now").is_checked()


def test_a_bar_of_the_timeline_leads_to_its_credential(browser: Browser) -> None:
    page = browser.open(desk_result())
    page.locator("svg a").nth(1).click()
    assert page.locator("details.card").nth(1).get_attribute("open") is not None
    page = browser.open(many(240), "#c230")
    assert page.locator("#c230").get_attribute("open") is not None


def test_every_control_has_a_name_and_the_page_fits_a_phone(browser: Browser) -> None:
    page = browser.open(desk_result())
    page.set_viewport_size({"width": 390, "height": 800})
    page.locator("summary").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    nameless = """() => [...document.querySelectorAll('input, select, button, a')].filter((e) =>
        !(e.labels && e.labels.length) && !e.textContent.trim() && !e.getAttribute('aria-label')).length"""
    assert page.evaluate(nameless) == 0
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map((h) => +h.tagName[1])")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_an_incomplete_scan_never_looks_clean(browser: Browser) -> None:
    page = browser.open(incomplete_result())
    assert page.title().startswith("leakscan: No verdict")
    assert page.locator("h1.incomplete").count() == 1
    said = page.inner_text("body")
    assert "The scan is not complete." in said
    assert "missing-objects (7)" in said
    assert "git fetch --unshallow" in said
    assert "No exchange credentials found" not in said
    accepted = replace(incomplete_result(), accepted=frozenset({"missing-objects", "shallow"}))
    assert "Not read, as accepted: shallow (1)" in browser.open(accepted).inner_text("body")


def test_a_complete_and_clean_scan_says_so(browser: Browser) -> None:
    page = browser.open(result_of())
    assert page.title() == "leakscan: No exchange credentials found"
    assert page.locator("h1.clean").count() == 1
    assert browser.errors == []


def test_printing_unfolds_every_credential(browser: Browser) -> None:
    page = browser.open(many(150))
    ready = "dispatchEvent(new Event('beforeprint')), document.querySelectorAll('details[open] .body .places').length"
    assert page.evaluate(ready) == 150  # at once: the browser prints what is there now


def test_a_print_has_the_steps_once(browser: Browser) -> None:
    page = browser.open(desk_result())
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".ticks").count() == 3
    assert [page.locator(".ticks").nth(number).is_visible() for number in range(3)] == [False] * 3
    assert page.locator(".steps").first.is_visible()


def test_what_a_key_shares_with_its_secret_is_said_once(browser: Browser) -> None:
    make = Generator(11)
    commit = make.commit()
    exposure = Exposure(Event(commit, b"bot.py"), None, True, True, ("refs/heads/main",), True, 400)
    places = [CommittedFile(make.oid(), b"bot.py", commit, True)]
    key = make.finding(KEY_RULE, *places, group="one", exposure=exposure)
    secret = make.finding(SECRET_RULE, *places, group="one", exposure=exposure)
    later = replace(secret, exposure=replace(exposure, days=3))
    for second, said in ((secret, 1), (later, 2)):
        page = browser.open(result_of(key, second))
        page.locator("summary").first.click()
        page.locator(".body").first.wait_for()
        assert page.locator(".body").inner_text().count("introduced 2024-03-02") == said


def test_five_thousand_findings_fit_into_5_mb_and_filter_at_once(browser: Browser) -> None:
    text = render("html", many(5000), RenderOptions())
    assert len(text.encode()) <= 5_000_000
    page = browser.open(many(5000))
    start = time.perf_counter()
    page.get_by_label("Path, rule or fingerprint").fill("config_4999.py")
    assert page.locator("#shown").inner_text() == "1 of 5,000 credentials"
    assert time.perf_counter() - start < 5  # a page that hangs; benchmarks measure how fast it is
    assert browser.errors == []


def test_the_same_result_gives_the_same_page() -> None:
    assert render("html", desk_result(), RenderOptions()) == render("html", desk_result(), RenderOptions())


def test_a_bar_ends_where_the_value_went_or_now() -> None:
    timeline = timeline_of(credentials_of(many(6)))
    assert timeline is not None
    ends = {bar.number: bar.x + bar.width for bar in timeline.bars}
    open_ends = {round(ends[bar.number]) for bar in timeline.bars if bar.open}
    assert open_ends == {950}
    assert all(ends[bar.number] < 950 for bar in timeline.bars if not bar.open)
    assert timeline_of(credentials_of(result_of())) is None


def test_the_axis_names_each_day_once() -> None:
    make = Generator(5)
    commit = make.commit()
    exposure = Exposure(Event(commit, b"a.env"), None, True, True, (), False, 0)
    finding = make.finding(KEY_RULE, WorktreeFile(b"a.env"), exposure=exposure)
    timeline = timeline_of(credentials_of(result_of(finding)))
    assert timeline is not None
    assert len(timeline.ticks) == len({day for _, day in timeline.ticks}) == 2
