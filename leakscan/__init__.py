"""leakscan finds exchange credentials in working trees and in whole git histories."""

TYPE_CHECKING = False  # typing itself would cost a hook 4 ms
if TYPE_CHECKING:
    from leakscan.api import (
        Confidence,
        Failure,
        Finding,
        LeakscanError,
        Location,
        ScanResult,
        Severity,
        render,
        scan,
    )

__version__ = "0.1.0"
__all__ = [
    "Confidence",
    "Failure",
    "Finding",
    "LeakscanError",
    "Location",
    "ScanResult",
    "Severity",
    "render",
    "scan",
]


def __getattr__(name: str) -> object:
    """Imports what is asked for when it is asked for: a hook needs none of it."""
    if name in __all__:
        from leakscan import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
