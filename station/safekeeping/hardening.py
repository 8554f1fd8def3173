"""What a process does before it holds anything personal: it leaves no core dump and overwrites what it frees.

Python, NumPy, OpenCV and Qt copy as they like; what they free goes back to the C library, and there it is overwritten.
"""

import ctypes
import os
import resource
from dataclasses import dataclass

_PR_SET_DUMPABLE = 4
_M_PERTURB = -6
_FILL = 0xA5


@dataclass(frozen=True, slots=True)
class Hardening:
    """What took hold; a system without one of these goes on without it."""

    no_core_dumps: bool
    not_traceable: bool
    freed_memory_overwritten: bool


def harden() -> Hardening:
    """Call first in every process; processes started by this one inherit the limit and the overwriting."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.environ["MALLOC_PERTURB_"] = str(_FILL)
    library = ctypes.CDLL(None, use_errno=True)
    return Hardening(
        no_core_dumps=resource.getrlimit(resource.RLIMIT_CORE) == (0, 0),
        not_traceable=_ask(library, "prctl", _PR_SET_DUMPABLE, 0) == 0,
        freed_memory_overwritten=_ask(library, "mallopt", _M_PERTURB, _FILL) == 1,
    )


def _ask(library: ctypes.CDLL, function: str, *arguments: int) -> int | None:
    """What the C library answers; None where it has no such function."""
    try:
        return int(getattr(library, function)(*map(ctypes.c_ulong if function == "prctl" else ctypes.c_int, arguments)))
    except AttributeError:
        return None
