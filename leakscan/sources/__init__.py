"""Iterators of `Blob`, `Skipped` and `Failure`: where content comes from. Nothing of rules."""

from __future__ import annotations

from typing import TypeAlias

from leakscan.model import Blob, Failure, Skipped

Item: TypeAlias = Blob | Skipped | Failure
