"""What stands in a file is found in its commit as well, at the same place."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leakscan.model import CommittedFile, Location, WorktreeFile
from leakscan.rules import load_rules
from leakscan.rules.fake import fake
from leakscan.scanning import Scan, ScanOptions
from tests.conftest import Repo

RULES = load_rules()
LINES = st.lists(
    st.one_of(
        st.text(alphabet="ab =\"':{}é\t\r", max_size=20),
        st.integers(0, 5).map(lambda seed: f"BINANCE_API_KEY={fake('alnum:64', seed)}"),
        st.integers(0, 5).map(lambda seed: f"  'binanceSecret': '{fake('alnum:64', seed + 50)}',"),
        st.integers(0, 3).map(lambda seed: fake("ed25519", seed)),
    ),
    max_size=6,
)
FILES = st.dictionaries(
    st.sampled_from(["a.txt", "bot/config.py", "tests/é.json", "x y'\".env"]),
    st.tuples(LINES, st.sampled_from(["utf-8", "utf-16", "utf-16-le", "utf-8-sig", "appended"])),
    max_size=3,
)


def encode(text: str, encoding: str) -> bytes:
    """ "appended": plain text, then the same as UTF-16."""
    return (
        text.encode(encoding)
        if encoding != "appended"
        else b"# more than 4 kB\n" * 300 + text.encode() + text.encode("utf-16")
    )


def places(path: Path, *, history: bool) -> set[tuple[str, bytes, int, int]]:
    result = Scan(RULES, ScanOptions(tree=not history, history=history)).run([str(path)])
    assert result.complete
    return {
        (finding.fingerprint, *_at(location)) for finding in result.findings for location in finding.locations
    }


def _at(location: Location) -> tuple[bytes, int, int]:
    assert isinstance(location.origin, WorktreeFile | CommittedFile)
    return location.origin.path, location.line, location.column


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(FILES)
def test_history_finds_what_tree_finds(files: dict[str, tuple[list[str], str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        repo = Repo(Path(folder) / "repo")
        for name, (lines, encoding) in files.items():
            repo.write(name, encode("\n".join(lines), encoding))
        repo.commit("all")
        assert places(repo.path, history=True) == places(repo.path, history=False)
        repo.git.close()
