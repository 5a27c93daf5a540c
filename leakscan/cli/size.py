"""Sizes on the command line: 512M, 1.5G."""

from __future__ import annotations

import re

import click

from leakscan.gitstore import LEAST_MEMORY

_UNITS = {"": 0, "K": 10, "M": 20, "G": 30, "T": 40}


def parse_size(context: click.Context, option: click.Parameter, value: str) -> int:
    """Bytes, with K, M, G or T for powers of 1,024. A click callback."""
    match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,3})?) ?([KMGT]?)(?:i?B)?", value.strip(), re.IGNORECASE)
    if match is None:
        raise click.BadParameter(f"{value!r} is not a size: write 512M or 2G", context, option)
    return int(float(match[1]) * (1 << _UNITS[match[2].upper()]))


def parse_memory(context: click.Context, option: click.Parameter, value: str) -> int:
    """As `parse_size`, and no less than a scan needs."""
    size = parse_size(context, option, value)
    if size < LEAST_MEMORY:
        raise click.BadParameter(
            f"{value} is too little: at least {LEAST_MEMORY >> 20}M is needed", context, option
        )
    return size
