"""What archives hold: bytes come in, members come out, all in memory and within limits. Nothing is ever extracted."""

from leakscan.unpack.budget import Limits, Member, Trouble
from leakscan.unpack.compiled import is_compiled
from leakscan.unpack.formats import HEADS, iter_members

__all__ = ["HEADS", "Limits", "Member", "Trouble", "is_compiled", "iter_members"]
