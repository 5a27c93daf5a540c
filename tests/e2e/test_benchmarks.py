"""The benchmarks run and tell what they measured."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.conftest import Pair, Repo

RUN = Path(__file__).parents[2] / "benchmarks" / "run.py"
FLEET = RUN.with_name("fleet.py")


def run(*arguments: object) -> str:
    done = subprocess.run(
        [sys.executable, RUN, *map(str, arguments)], capture_output=True, text=True, check=True, timeout=600
    )
    return done.stdout


def test_a_made_up_history_is_measured_and_drawn(tmp_path: Path) -> None:
    figures, picture = tmp_path / "figures.json", tmp_path / "picture.svg"
    options = ["--synthetic", 40, "--runs", 1, "--full", "--no-kernel", "--json", figures, "--plot", picture]
    printed = run("history", *options)
    rows = json.loads(figures.read_text())["synthetic-40"]
    assert {"git cat-file", "leakscan", "leakscan --full", "leakscan, no kernel"} <= rows.keys()
    for tool, row in rows.items():
        assert row["wall_s"] > 0, tool
        assert row["to_git"] > 0, tool
        assert f"| synthetic-40 | {tool} |" in printed
    assert rows["leakscan"]["findings"] == 0
    texts = [element.text for element in ElementTree.parse(picture).iter() if element.tag.endswith("text")]
    assert {"synthetic-40", *rows} <= set(texts)


def test_growth_compares_two_sizes() -> None:
    printed = run("growth", "--commits", 30, "--times", 2, "--runs", 1)
    assert "leakscan: 2 times the commits," in printed


def test_a_tree_is_measured(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("nothing")
    assert "| leakscan |" in run("tree", tmp_path, "--runs", 1)


def test_a_profile_names_steps(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("nothing")
    printed = run("profile", tmp_path)
    assert "| rules/" in printed or "| libraries |" in printed


def test_a_rescan_needs_a_cache_to_measure() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "leakscan", "scan", "--help"], capture_output=True, text=True, check=True
    )
    if "--cache-dir" not in told.stdout:
        with pytest.raises(subprocess.CalledProcessError) as raised:
            run("rescan", ".")
        assert "--cache-dir" in raised.value.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_fleet_that_is_killed_says_the_same(tmp_path: Path) -> None:
    options = ["--repositories", 12, "--commits", 60, "--runs", 1, "--kills", 3]
    printed = subprocess.run([sys.executable, FLEET, tmp_path, *map(str, options)], capture_output=True, text=True,
                             check=True, timeout=300).stdout  # fmt: skip
    told = [line for line in printed.splitlines() if ": killed " in line]
    assert [line.partition(":")[0] for line in told] == ["plain", "local", "cluster"], printed
    assert all(line.endswith(": same bytes") for line in told), printed
    assert "killed nothing" not in told[0], printed
    assert "repositories: 12" in printed


@pytest.mark.skipif(
    not (os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")),
    reason="needs a Chromium",
)
def test_a_page_is_measured_in_a_browser(tmp_path: Path) -> None:
    argv = [
        sys.executable,
        RUN.with_name("page.py"),
        "--findings",
        "400",
        "--turns",
        "1",
        "--pictures",
        tmp_path,
    ]
    printed = subprocess.run(
        list(map(str, argv)), capture_output=True, text=True, check=True, timeout=600
    ).stdout
    assert re.search(r"until it can be used +[1-9]", printed)
    assert {file.name for file in tmp_path.iterdir()} > {"phone-dark.png", "desktop-light.png"}


def soak(folder: Path, *options: object) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, RUN.with_name("soak.py"), folder, "--rounds", 2, *options]
    return subprocess.run(list(map(str, argv)), capture_output=True, text=True, check=False, timeout=600)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_soak_sees_that_nothing_changes(repo: Repo, pair: Pair) -> None:
    repo.commit(bot_env=pair.env)
    done = soak(repo.path)
    assert done.returncode == 0, done.stdout
    assert "1 repositories" in done.stdout
    assert [line.split("|")[6].strip() for line in done.stdout.splitlines()[4:6]] == ["2", "2"]
