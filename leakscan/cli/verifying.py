"""From findings to exchanges and back: consent first, then one request or two for each credential."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from leakscan.errors import ConfigError
from leakscan.model import ScanResult
from leakscan.reporters.words import counted
from leakscan.verdict import Verification

if TYPE_CHECKING:
    from leakscan.findings.collect import Holding
    from leakscan.verify.client import Client
    from leakscan.verify.credentials import Credential

F = TypeVar("F", bound=Callable[..., Any])
_ASKING = (
    click.option("--yes", is_flag=True, help="Ask the exchanges without asking you first."),
    click.option("--max-requests", type=click.IntRange(min=1), default=100, show_default=True, metavar="N",
                 help="To all exchanges together; each credential takes two at most."),
    click.option("--proxy", metavar="URL",
                 help="Connect through this HTTP proxy (those of the environment are not used)."),
)  # fmt: skip


def asking_options(command: F) -> F:
    """`--yes`, `--max-requests` and `--proxy`."""
    for option in reversed(_ASKING):
        command = option(command)
    return command


def check_consent(given: Mapping[str, Any]) -> None:
    """Before the scan: ConfigError where nobody could be asked, and nobody said yes; or if a library is missing."""
    if not given["yes"] and not _is_terminal():
        raise ConfigError(
            "exchanges are only asked with your consent: say --yes where nobody can answer a question"
        )
    if given["proxy"] is not None and not _is_proxy(given["proxy"]):
        raise ConfigError("--proxy: must be like http://proxy.example:3128")
    try:
        import certifi
        import httpcore
    except ImportError as error:
        raise ConfigError(f"asking exchanges needs {error.name}: pip install 'leakscan[verify]'") from None
    del certifi, httpcore


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def verified(
    result: ScanResult, holdings: Mapping[str, Holding], wanted: Collection[str], given: Mapping[str, Any]
) -> ScanResult:
    """The result with what the exchanges say of those findings (by fingerprint), and the severity that follows."""
    from leakscan.verify.credentials import apply_verdicts, credentials_of

    chosen = [finding for finding in result.findings if finding.fingerprint in wanted]
    credentials = credentials_of(chosen, holdings)
    verdicts = {
        name: Verification(reason=credential.why)
        for credential in credentials
        if credential.keys is None
        for name in credential.fingerprints
    }
    askable = [credential for credential in credentials if credential.keys is not None]
    if askable and (given["yes"] or _consent(askable)):
        verdicts |= _ask(askable, given)
    return replace(result, findings=apply_verdicts(result.findings, verdicts))


def _consent(credentials: list[Credential]) -> bool:
    from leakscan.verify.allowed import ALLOWED

    counts = Counter(ALLOWED[credential.exchange].host for credential in credentials)
    hosts = ", ".join(f"{host} ({number:,})" for host, number in sorted(counts.items()))
    total = counted(len(credentials), "credential")
    click.echo(
        f"leakscan: {total} can be asked about: {hosts}.\n"
        "Each is one signed, read-only request, two at most. The exchange sees the address of this machine, and the\n"
        "owner of a key may see that it was used.",
        err=True,
    )
    return click.confirm("Ask?", default=False, err=True)


def _ask(credentials: list[Credential], given: Mapping[str, Any]) -> dict[str, Verification]:
    from leakscan.verify.asking import Asker

    verdicts: dict[str, Verification] = {}
    counts: Counter[str] = Counter()
    with open_client(given["proxy"]) as client:
        asker = Asker(client, budget=given["max_requests"])
        for credential in credentials:
            assert credential.keys is not None
            verdict = asker.ask(credential.exchange, credential.keys)
            verdicts |= dict.fromkeys(credential.fingerprints, verdict)
            counts[verdict.status] += 1
    if not given["quiet"]:
        told = ", ".join(f"{number:,} {status}" for status, number in sorted(counts.items()))
        requests = counted(given["max_requests"] - asker.left, "request")
        click.echo(f"leakscan: {requests} for {counted(len(credentials), 'credential')}: {told}", err=True)
    return verdicts


def open_client(proxy: str | None) -> Client:
    """The one that talks to the exchanges."""
    from leakscan.verify.client import Client

    return Client(proxy=proxy)


def _is_proxy(url: str) -> bool:
    """An http address of a host that can be looked up, and of a port that there is."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        return bool(url.isascii() and parts.scheme == "http" and host.encode("idna") and parts.port != 0)
    except ValueError:  # a UnicodeError is one
        return False
