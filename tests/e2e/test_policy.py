"""Marks, allow entries and the baseline, with the installed command in real repositories."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Pair, Repo, Run

Scan = Callable[..., Run]
BASELINE, CONFIG = ".leakscan-baseline", ".leakscan.toml"


def secret_line(pair: Pair, comment: str = "") -> str:
    return f"BINANCE_API_SECRET = '{pair.secret}'{comment}\n"


def test_a_mark_with_rule_and_reason_lets_a_value_stay(leakscan: Scan, repo: Repo, pair: Pair) -> None:
    repo.commit("bot", bot_py=secret_line(pair))
    assert leakscan("scan", repo.path).exit_code == 1
    repo.commit("marked", bot_py=secret_line(pair, "  # leakscan:allow binance-hmac-secret revoked in March"))
    run = leakscan("scan", repo.path, "-f", "json")
    assert (run.exit_code, run.findings) == (0, []), "the mark speaks for older versions of the file too"
    (allowed,) = run.json["policy"]["allowed"]
    assert (allowed["path"], allowed["by"], allowed["reason"]) == ("bot.py", "mark", "revoked in March")
    assert "1 finding allowed" in leakscan("scan", repo.path).stdout


@pytest.mark.parametrize(
    ("mark", "note"),
    [
        ("leakscan:allow binance-hmac-secret", "without a reason does not count"),
        ("leakscan:allow binance-api-key not this rule", "names binance-api-key, not binance-hmac-secret"),
        ("gitleaks:allow", "a mark of gitleaks does not count here"),
    ],
)
def test_a_mark_that_does_not_count_is_told(
    mark: str, note: str, leakscan: Scan, repo: Repo, pair: Pair
) -> None:
    repo.commit("bot", bot_py=secret_line(pair, f"  # {mark}"))
    run = leakscan("scan", repo.path)
    assert run.exit_code == 1
    assert note in " ".join(run.stdout.split())


def test_marks_of_other_tools_count_if_the_configuration_says_so(
    leakscan: Scan, repo: Repo, pair: Pair
) -> None:
    repo.write(CONFIG, "foreign-marks = true\n")
    repo.commit("bot", bot_py=secret_line(pair, "  # gitleaks:allow"))
    run = leakscan("scan", repo.path)
    assert run.exit_code == 0
    assert "foreign marks honoured" in run.stdout


def test_a_second_secret_on_a_marked_line_is_still_one(
    leakscan: Scan, repo: Repo, make_pair: Callable[[int], Pair]
) -> None:
    old, new = make_pair(1), make_pair(2)
    repo.write(CONFIG, f'[[allow]]\nfingerprint = "{fingerprint_of(leakscan, old)}"\nreason = "revoked"\n')
    repo.commit("bot", bot_py=f"BINANCE_API_SECRET = '{old.secret}' or '{new.secret}'\n")
    run = leakscan("scan", repo.path, "-f", "json")
    assert run.exit_code == 1
    assert [f["preview"] for f in run.findings] == [f"{new.secret[:4]}…{new.secret[-2:]}"]


def fingerprint_of(leakscan: Scan, pair: Pair) -> str:
    run = leakscan("scan", "-", "-f", "json", stdin=secret_line(pair).encode())
    return str(run.findings[0]["fingerprint"])


def test_an_allowed_path_does_not_cover_the_same_value_elsewhere(
    leakscan: Scan, repo: Repo, pair: Pair
) -> None:
    repo.write(CONFIG, '[[allow]]\npath = "tests/**"\nreason = "made up"\n')
    repo.commit("test", tests__bot_py=secret_line(pair))
    assert leakscan("scan", repo.path).exit_code == 0
    repo.commit("live", live__bot_py=secret_line(pair))
    run = leakscan("scan", repo.path, "-f", "json")
    assert run.exit_code == 1
    assert {place["path"] for place in run.findings[0]["locations"]} == {"live/bot.py"}


def test_expired_and_stale_entries_are_told(leakscan: Scan, repo: Repo, pair: Pair) -> None:
    expired = '[[allow]]\npath = "bot.py"\nreason = "until the launch"\nexpires = 2024-01-31\n'
    repo.write(CONFIG, expired + '[[allow]]\npath = "gone.py"\nreason = "an old test"\n')
    repo.commit("bot", bot_py=secret_line(pair))
    run = leakscan("scan", repo.path)
    assert run.exit_code == 1
    assert "allow 1: expired on 2024-01-31" in run.stdout
    assert "allow 2: stale: it fits nothing any more" in run.stdout
    assert "stale" not in leakscan("scan", repo.path, "--no-history").stdout, "half a scan cannot know"


def test_a_baseline_holds_while_lines_move_and_files_are_renamed(
    leakscan: Scan, repo: Repo, make_pair: Callable[[int], Pair]
) -> None:
    pair = make_pair(1)
    repo.commit("bot", bot_env=pair.env)
    made = leakscan("baseline", "create", repo.path, "--reason", "revoked on the first of May")
    assert made.exit_code == 0
    text = (repo.path / BASELINE).read_text()
    assert pair.secret not in text
    assert pair.key[:4] not in text
    assert text.count("# revoked on the first of May") == 2
    known = leakscan("scan", repo.path, "-f", "json")
    assert known.exit_code == 0
    assert [f["baseline"] for f in known.findings] == [True, True]
    assert "2 known findings left out by the baseline" in leakscan("scan", repo.path).stdout

    (repo.path / "bot.env").unlink()
    key, secret, _ = pair.env.split("\n")
    repo.commit("moved", conf__live_env=f"\n\n  export {secret}\n# more\n  export {key}\n")
    assert leakscan("scan", repo.path).exit_code == 0
    assert leakscan("baseline", "check", repo.path).exit_code == 0
    assert leakscan("baseline", "update", repo.path).exit_code == 0
    assert (repo.path / BASELINE).read_text() == text, "no churn"

    repo.commit("changed", conf__live_env=make_pair(9).env)
    changed = leakscan("scan", repo.path, "-f", "json")
    assert changed.exit_code == 1
    assert sorted(f["baseline"] for f in changed.findings) == [False, False, True, True]


def test_the_check_names_what_is_stale_unexplained_and_new(leakscan: Scan, repo: Repo, pair: Pair) -> None:
    repo.commit("bot", bot_py=secret_line(pair))
    stale = f"{'0' * 32} binance-api-key gone.py # an old one\n"
    repo.write(BASELINE, "# leakscan baseline 1\n" + stale)
    run = leakscan("baseline", "check", repo.path)
    assert run.exit_code == 1
    assert "1 stale: gone from here" in run.stdout
    assert "1 not in the baseline" in run.stdout
    assert leakscan("baseline", "update", repo.path).exit_code == 0
    assert "gone.py" not in (repo.path / BASELINE).read_text()
    run = leakscan("baseline", "check", repo.path)
    assert (run.exit_code, "1 unexplained" in run.stdout) == (1, True)


def test_two_users_add_lines_and_merge_without_conflict(
    leakscan: Scan, repo: Repo, make_pair: Callable[[int], Pair]
) -> None:
    repo.commit("start", a_txt="1\n")
    assert leakscan("baseline", "create", repo.path).exit_code == 0
    repo.commit("empty baseline")
    for number, name in enumerate(("ann", "bob"), 1):
        repo.run("clone", "-q", ".", f"../{name}")
        theirs = Repo(repo.path.parent / name)
        theirs.run("checkout", "-q", "-b", name)
        theirs.commit(name, **{f"{name}_env": make_pair(number).env})
        assert leakscan("baseline", "update", theirs.path, "--reason", f"by {name}").exit_code == 0
        theirs.commit(f"baseline of {name}")
    for name in ("ann", "bob"):
        repo.run("fetch", "-q", f"../{name}", f"{name}:{name}")
        repo.run("merge", "-q", "--no-edit", name)
    text = (repo.path / BASELINE).read_text()
    assert (text.count("# by ann"), text.count("# by bob")) == (2, 2)
    assert leakscan("scan", repo.path).exit_code == 0


def test_what_other_tools_ignore_can_be_taken_over(
    leakscan: Scan, repo: Repo, make_pair: Callable[[int], Pair]
) -> None:
    pairs = [make_pair(number) for number in (1, 2, 3)]
    for number, pair in enumerate(pairs):
        repo.write(f"bot{number}.py", secret_line(pair))
    entry = {"type": "Secret Keyword", "hashed_secret": hashlib.sha1(pairs[0].secret.encode()).hexdigest()}
    repo.write(".secrets.baseline", json.dumps({"version": "1.5.0", "results": {"bot0.py": [entry]}}))
    commit = repo.commit("bots")
    repo.write(".gitleaksignore", f"# known\n{commit}:bot1.py:generic-api-key:1\n")
    imports = [f"--import={repo.path / name}" for name in (".secrets.baseline", ".gitleaksignore")]
    run = leakscan("baseline", "create", repo.path, *imports)
    assert run.exit_code == 0, run.stderr
    lines = (repo.path / BASELINE).read_text().splitlines()[1:]
    assert sorted(line.split("# ")[1] for line in lines) == [
        "imported from .gitleaksignore",
        "imported from .secrets.baseline",
    ]
    left = leakscan("scan", repo.path, "-f", "json")
    assert [f["locations"][0]["path"] for f in left.findings if not f["baseline"]] == ["bot2.py"]


def test_the_configuration_is_checked_and_shown(leakscan: Scan, repo: Repo) -> None:
    assert leakscan("config", "check", repo.path).exit_code == 2
    repo.write(CONFIG, 'min-confidence = "high"\n[[allow]]\npath = "tests"\nreason = "made up"\n')
    assert "all right: 1 allow entry" in leakscan("config", "check", repo.path).stdout
    shown = leakscan("config", "show", repo.path).stdout
    assert "min-confidence high" in shown
    assert "path tests: made up" in shown
    repo.write(CONFIG, 'min_confidence = "high"\n')
    for command in (("config", "check"), ("config", "show"), ("scan",)):
        run = leakscan(*command, repo.path)
        assert (run.exit_code, "did you mean min-confidence?" in run.stderr) == (2, True)


def test_a_policy_file_that_cannot_be_used_stops_the_scan(leakscan: Scan, repo: Repo, tmp_path: Path) -> None:
    repo.commit("start", a_txt="1\n")
    elsewhere = tmp_path / "elsewhere.toml"
    elsewhere.write_text('fail-on = "never"\n')
    (repo.path / CONFIG).symlink_to(elsewhere)
    run = leakscan("scan", repo.path)
    assert (run.exit_code, "not a regular file" in run.stderr) == (2, True)
    assert leakscan("scan", repo.path, "--config", elsewhere).exit_code == 0
    assert leakscan("scan", repo.path, "--config", tmp_path / "none.toml").exit_code == 2
    assert leakscan("scan", repo.path, "--config", "/dev/null").exit_code == 0
    (repo.path / CONFIG).unlink()
    for content in ('{"results": {}}', "neither\n"):
        repo.write(BASELINE, content)
        run = leakscan("scan", repo.path)
        assert (run.exit_code, BASELINE in run.stderr) == (2, True)


def test_the_command_line_goes_before_the_configuration(leakscan: Scan, repo: Repo, pair: Pair) -> None:
    repo.write(CONFIG, 'fail-on = "never"\n')
    repo.commit("bot", bot_py=secret_line(pair))
    run = leakscan("scan", repo.path)
    assert (run.exit_code, "fail-on never" in run.stdout) == (0, True)
    assert leakscan("scan", repo.path, "--fail-on", "low").exit_code == 1
