"""Threads beside a running git."""

from __future__ import annotations

import threading
from collections.abc import Callable

from leakscan.errors import GitError


def start_thread(work: Callable[..., None], *arguments: object) -> threading.Thread:
    """GitError where the system allows no more threads."""
    thread = threading.Thread(target=work, args=arguments, daemon=True)
    try:
        thread.start()
    except RuntimeError as error:
        raise GitError("git cannot be started: no thread can be started beside it") from error
    return thread
