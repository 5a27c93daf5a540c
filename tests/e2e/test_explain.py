"""`leakscan explain` of rules and of findings in saved reports."""

from __future__ import annotations

import json


def test_a_rule_says_what_it_allows_and_what_to_do_in_order(leakscan):
    run = leakscan("explain", "binance-api-key")
    assert run.exit_code == 0
    assert "Alone it names an account and signs nothing" in run.stdout
    revoke, check, load = (
        run.stdout.index(text) for text in ("1. Delete", "2. Check withdrawals", "4. Load")
    )
    assert revoke < check < load
    assert "https://www.binance.com/en/my/settings/api-management" in run.stdout


def test_a_private_key_says_how_to_find_the_registered_half(leakscan):
    said = leakscan("explain", "binance-ed25519-private-key").stdout
    assert "openssl pkey -in FILE -pubout" in said


def test_markdown_and_sarif_help_are_one_text(leakscan, repo, pair, tmp_path):
    repo.commit(bot_env=pair.env)
    sarif = json.loads(leakscan("scan", repo.path, "-f", "sarif").stdout)
    rule = next(r for r in sarif["runs"][0]["tool"]["driver"]["rules"] if r["id"] == "binance-api-key")
    assert leakscan("explain", "binance-api-key", "-f", "markdown").stdout == rule["help"]["markdown"]
    assert leakscan("explain", "binance-api-key").stdout == rule["help"]["text"]


def test_a_fingerprint_says_where_it_stands_and_since_when(leakscan, repo, pair):
    repo.commit(bot_env=pair.env, copy_env=pair.env)
    finding = leakscan("scan", repo.path, "-f", "json", "-o", "json=saved.json").findings[0]
    run = leakscan("explain", finding["fingerprint"][:8], "--from", "saved.json")
    assert run.exit_code == 0
    assert "introduced 2024-03-02" in run.stdout
    assert "bot.env:" in run.stdout
    assert "the same value in 2 files" in run.stdout
    assert "a key is due for replacement after 90 days" in run.stdout
    assert "Do now:" in run.stdout
    assert pair.key not in run.stdout + run.stderr


def test_names_that_nothing_has_say_what_to_do(leakscan, tmp_path):
    run = leakscan("explain", "binance-api-kee")
    assert (run.exit_code, run.stdout) == (2, "")
    assert "did you mean binance-api-key?" in run.stderr
    assert "--from FILE" in leakscan("explain", "0123456789").stderr
    (tmp_path / "empty.jsonl").write_text("")
    run = leakscan("explain", "0123456789", "--from", "empty.jsonl")
    assert run.exit_code == 2
    assert "0 findings of 0" in run.stderr


def test_a_rule_of_ones_own_is_explained_too(leakscan, tmp_path):
    file = tmp_path / "moonbase.toml"
    file.write_text(
        """[exchange]
id = "moonbase"
name = "Moonbase"
keywords = ["moonbase"]
revoke_url = "https://moonbase.example/keys"
docs_url = "https://docs.moonbase.example"
steps = ["Delete the key", "Then breathe"]
[[credential]]
id = "moonbase-secret"
part = "secret"
title = "Moonbase secret"
shape = { pattern = '[0-9a-f]{64}' }
names = ["secret"]
severity = "high"
why = "64 hexadecimal digits."
examples = ['MOONBASE_SECRET={hex:64}', 'moonbase_secret: {hex:64}']
counterexamples = ['MOONBASE_SECRET={hex:63}', 'MOONBASE_SECRET=${SECRET}']
"""
    )
    run = leakscan("explain", "moonbase-secret", "--rules", file)
    assert "2. Then breathe" in run.stdout, run.stderr
