"""What reuse and age of a value call for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scan_results import KEY_RULE, NOT_EXPOSED, Generator

from leakscan.model import CommittedFile, StagedFile, WorktreeFile
from leakscan.reporters.credentials import advice_of


def test_the_same_value_in_files_that_stand_there_now_is_reuse():
    make = Generator(1)
    commit = make.commit()
    here, there = WorktreeFile(b"a.py"), StagedFile(make.oid(), b"b.py")
    assert advice_of(make.finding(KEY_RULE, here)) == ()
    assert "in 2 files" in advice_of(make.finding(KEY_RULE, here, there))[0]
    copy = CommittedFile(make.oid(), b"c.py", commit, True)
    assert "in 3 files" in advice_of(make.finding(KEY_RULE, here, there, copy))[0]


def test_a_file_that_moved_is_no_reuse():
    make = Generator(1)
    before = CommittedFile(make.oid(), b"old.py", make.commit(), False)
    after = CommittedFile(make.oid(), b"new.py", make.commit(), True)
    assert advice_of(make.finding(KEY_RULE, WorktreeFile(b"new.py"), after, before)) == ()


@pytest.mark.parametrize(("days", "said"), [(None, False), (0, False), (90, False), (91, True), (4000, True)])
def test_older_than_90_days_is_said(days, said):
    make = Generator(1)
    finding = make.finding(KEY_RULE, WorktreeFile(b"a.py"), exposure=replace(NOT_EXPOSED, days=days))
    assert bool(advice_of(finding)) == said
