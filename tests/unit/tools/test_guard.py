"""A fuzz target that does not end, or takes all memory, tells its case."""

import subprocess
import sys

import pytest

PROGRAM = """
from tools import guard
guard.MOST_SECONDS = 0.2
def work(watch):
    watch(b"the first")
    watch(b"this one")
    {}
print(guard.run_guarded(work))
"""


@pytest.mark.parametrize(
    "deed", ["import re; re.match(r'(a*)*b', 'a' * 99)", "bytes(4 << 30)", "raise ValueError"]
)
def test_what_ends_a_target_is_told(deed: str) -> None:
    assert _told(deed) == "b'this one'"


def test_a_target_that_is_done_tells_no_case() -> None:
    assert _told("pass") == "None"


def _told(deed: str) -> str:
    program = [sys.executable, "-c", PROGRAM.format(deed)]
    return subprocess.run(program, capture_output=True, text=True, check=True).stdout.strip()
