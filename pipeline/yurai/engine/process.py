"""End a helper process when the program that started it ends, and give back memory that a process is done with."""

import ctypes
import functools
import os
import signal
from collections.abc import Callable

PR_SET_PDEATHSIG = 1


def give_memory_back() -> None:
    """Have the C library return freed memory to the kernel, where it can (glibc); it keeps most of it for later use."""
    trim = _trim()
    if trim is not None:
        trim(0)


@functools.cache
def _trim() -> Callable[[int], object] | None:
    trim: Callable[[int], object] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return trim


def end_with_parent(parent: int) -> None:
    """Have the kernel kill this process when `parent`, the process that started it, is gone (Linux).

    The signal follows the thread that started this process, so that has to be one that lives as long as its program.
    """
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it was gone before the kernel could be asked
        os._exit(1)
