"""A template, a style and a script -> one page that needs no network and lets nothing else run."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from typing import Any

import jinja2

from leakscan import __version__

TEMPLATES = files("leakscan.reporters") / "templates"


def render_page(template: str, *, style: str, script: str = "", **values: Any) -> str:
    """`template` extends page.html. Every value is escaped where the template puts it; style and script stand as they
    are, named by their hashes."""
    loader = jinja2.DictLoader({"page.html": (TEMPLATES / "page.html").read_text("utf-8")})
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True,
                                     lstrip_blocks=True, loader=loader)  # fmt: skip
    text = environment.from_string(template).render(
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
        version=__version__,
        **values,
    )
    return text + "\n"


def _hash(text: str) -> str:
    """As a content security policy names an inline script or style."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
