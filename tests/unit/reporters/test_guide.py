"""One text in three forms, whatever a rule file says."""

from __future__ import annotations

from dataclasses import replace

from scan_results import KEY_RULE

from leakscan.reporters.guide import guide_markdown, guide_of, guide_text


def test_markdown_of_a_rule_file_is_text_and_its_addresses_are_links():
    hostile = "<img src=x> [a](javascript:x) `b` @all #1"
    help_ = replace(
        KEY_RULE.help, steps=(hostile, "See https://moonbase.example/a_b"), docs_url="javascript:alert(1)"
    )
    said = guide_markdown(guide_of(replace(KEY_RULE, title=hostile, description=hostile, help=help_)))
    assert "<img" not in said.replace(r"\<img", "")
    assert "[a](" not in said
    assert "(javascript" not in said.replace(r"\](javascript", "")
    assert "2. See https://moonbase.example/a_b" in said


def test_text_is_wrapped_and_numbered():
    said = guide_text(guide_of(KEY_RULE), 50)
    assert max(len(line) for line in said.splitlines() if "https://" not in line) <= 50
    assert "  1. Delete the API key now\n" in said
    assert "\n  2. Check withdrawals, open orders, transfers and\n     sub-accounts since" in said


def test_a_rule_without_steps_still_says_to_revoke_first():
    bare = replace(KEY_RULE, help=replace(KEY_RULE.help, steps=(), revoke_url="", docs_url=""))
    assert "1. Revoke it at the exchange first" in guide_text(guide_of(bare), 100)
