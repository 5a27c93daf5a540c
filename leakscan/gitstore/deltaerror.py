"""What the kernel says of a delta or tree that it refuses; compiled and reference raise the same, in the same words."""

from __future__ import annotations


class DeltaError(ValueError):
    """The delta cannot be applied; the text says why."""


class OversizeError(DeltaError):
    """The delta claims a result over the limit. `size` is the claim, in bytes."""

    def __init__(self, size: int) -> None:
        super().__init__(f"it claims a result of {size:,} bytes")
        self.size = size


class TreeError(DeltaError):
    """A tree, stored whole or made by a delta, does not hold what trees hold; the text says what is wrong."""
