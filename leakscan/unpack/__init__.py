"""What archives hold: bytes come in, members come out, all in memory and within limits. Nothing is ever extracted."""

from leakscan.unpack.budget import Limits, Member, Trouble
from leakscan.unpack.formats import HEADS, is_read_as_text, iter_members

__all__ = ["HEADS", "Limits", "Member", "Trouble", "is_read_as_text", "iter_members"]
