"""Checks Kubernetes manifests for Alibaba Cloud ASK, and rewrites them so that they run there."""

__version__ = "0.1.0"
__all__ = ["Fixed", "Report", "check", "fix"]

TYPE_CHECKING = False  # as typing has it, which the command's start cannot afford to import for this
if TYPE_CHECKING:
    from asklint.api import Fixed, Report, check, fix


def __getattr__(name: str) -> object:
    """The Python API, imported when it is first asked for: the command needs nothing of this module but its version."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from asklint import api

    return getattr(api, name)


def __dir__() -> list[str]:
    """What `dir(asklint)` and completion show."""
    return sorted([*globals(), *__all__])
