"""The options of `leakscan fleet run` beside those of every scan."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from leakscan.cli.size import parse_memory, parse_size
from leakscan.fleet.folder import Shard
from leakscan.fleet.forge import TOKENS

F = TypeVar("F", bound=Callable[..., Any])
PROTOCOLS = ("https", "ssh", "file", "http")


def _parse_protocols(ctx: click.Context, param: click.Parameter, value: str) -> frozenset[str]:
    names = frozenset(value.split(",")) - {""}
    if unknown := sorted(names - set(PROTOCOLS)):
        raise click.BadParameter(f"unknown protocol {unknown[0]!r}; known: {', '.join(PROTOCOLS)}")
    return names


def _parse_shard(ctx: click.Context, param: click.Parameter, value: str | None) -> Shard:
    found = re.fullmatch(r"([1-9]\d{0,5})/([1-9]\d{0,5})", value or "1/1")
    if found is None or int(found[1]) > int(found[2]):
        raise click.BadParameter(f"{value!r} is not I/N with I from 1 to N: write 3/8")
    return Shard(int(found[1]), int(found[2]))


def _parse_cluster(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if value is not None and not re.fullmatch(r"local:[1-9]\d{0,2}|[a-z]+://[^\s/]+", value):
        raise click.BadParameter(f"{value!r} is neither local:N nor an address such as tls://scheduler:8786")
    return value


def _parse_tokens(
    ctx: click.Context, param: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    pairs = []
    for value in values:
        host, _, variable = value.partition("=")
        if not host or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", variable):
            raise click.BadParameter(
                "write HOST=VARIABLE: the name of the environment variable that holds the token, not the token"
            )
        pairs.append((host.lower(), variable))
    return (*TOKENS, *pairs)


_RUN = (
    click.option("--run", "folder", type=click.Path(path_type=Path, file_okay=False), default=Path("leakscan-fleet"),
                 show_default=True, metavar="FOLDER", help="Where the journal, the reports and the clones are kept."),
    click.option("--restart", is_flag=True, help="Begin anew although an unfinished run is kept there."),
    click.option("--timeout", type=click.FloatRange(min=0), default=3600.0, show_default=True, metavar="S",
                 help="For one repository, clone and scan together; 0: none."),
    click.option("--jobs", type=click.IntRange(1, 256), default=None, metavar="N",
                 help="Repositories at a time (default: one a core)."),
    click.option("--max-memory", default="512M", show_default=True, callback=parse_memory, metavar="SIZE",
                 help="For one repository."),
    click.option("--disk", default="20G", show_default=True, callback=parse_size, metavar="SIZE",
                 help="For all clones together; those that do not fit are not kept for the next run."),
    click.option("--protocol", "protocols", default="https,ssh", show_default=True, callback=_parse_protocols,
                 metavar="NAME,…", help=f"What clones may use, of {', '.join(PROTOCOLS)} (http: this machine only)."),
    click.option("--token", "tokens", multiple=True, callback=_parse_tokens, metavar="HOST=VARIABLE",
                 help="The environment variable with the token for a host (repeatable)."),
    click.option("--api", metavar="URL", help="Of your own GitHub or GitLab, for github:NAME and gitlab:NAME."),
    click.option("--shard", callback=_parse_shard, metavar="I/N", help="Only part I of N; see leakscan fleet merge."),
    click.option("--cluster", callback=_parse_cluster, metavar="ADDRESS",
                 help="A Dask scheduler, tls://HOST:PORT, or local:N for N workers on this machine."),
    click.option("--no-cache", is_flag=True, help="Read everything anew and remember nothing."),
)  # fmt: skip


def run_options(command: F) -> F:
    """Where the run is kept, what it may use, and who does the work."""
    for option in reversed(_RUN):
        command = option(command)
    return command
