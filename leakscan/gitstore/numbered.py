"""Objects that have numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leakscan.gitstore.kernel import Names


class Numbered:
    """`names` gives the number of a raw id, and the raw id of a number."""

    names: Names

    def find(self, oid: str) -> int:
        """The first number of an object, -1 if there is none."""
        try:
            return self.names.find(bytes.fromhex(oid))
        except ValueError:  # damaged commits name anything
            return -1

    def oid(self, number: int) -> str:
        return self.names.name(number).hex()
