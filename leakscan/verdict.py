"""What an exchange said of a credential, as findings carry it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["active", "inactive", "unknown", "not-checked"]
STATUSES: tuple[str, ...] = Status.__args__  # type: ignore[attr-defined]
PERMISSIONS = ("read", "trade", "transfer", "withdraw")


@dataclass(frozen=True, slots=True)
class Verification:
    """`permissions`: of `PERMISSIONS`, in their order, empty if the exchange does not say; `ip_restricted`: None if it
    does not say; `expires`: the last day, as YYYY-MM-DD, empty if there is none; `reason`: in our words; `is_test`: it
    is a key of the exchange's test network, where nothing has a value."""

    status: Status = "not-checked"
    permissions: tuple[str, ...] = ()
    ip_restricted: bool | None = None
    expires: str = ""
    reason: str = ""
    is_test: bool = False


NOT_CHECKED = Verification()
