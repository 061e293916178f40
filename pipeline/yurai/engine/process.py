"""End processes in order, on a signal and with the program that started them; give back memory that is not needed."""

import ctypes
import functools
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, ModuleType
from typing import Final

SIGNALLED: Final = 128
"""A shell's exit code for a process that a signal ended, less the signal's number."""
PR_SET_PDEATHSIG = 1


class InterruptedBySignalError(SystemExit):
    """Ctrl-C or SIGTERM; `code` is the exit code, 130 or 143. Whoever can end in order catches it and lets it go on."""


def _raise_interrupted(number: int, _: FrameType | None) -> None:
    raise InterruptedBySignalError(SIGNALLED + number)


def interrupt_on_signals() -> None:
    """Have Ctrl-C and SIGTERM raise InterruptedBySignalError in this process, from now on."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _raise_interrupted)


@contextmanager
def keeping_signals() -> Iterator[None]:
    """Put back this process's way with signals after a library has set its own."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


@contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """Have processes that are started in this context never see Ctrl-C, which a terminal sends to all of them.

    They inherit the mask from their first moment on; here the signal waits until the context ends.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def without_main() -> Iterator[None]:
    """Have processes that are spawned in this context not import the program that started them.

    What they run is in packages. A script that calls `yurai.build` at its top would run again in each of them, and one
    that came from standard input is in no file (multiprocessing asks `__main__` where it is).
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


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
