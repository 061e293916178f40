"""End a helper process when the program that started it ends."""

import ctypes
import os
import signal

PR_SET_PDEATHSIG = 1


def end_with_parent(parent: int) -> None:
    """Have the kernel kill this process when `parent`, the process that started it, is gone (Linux).

    The signal follows the thread that started this process, so that has to be one that lives as long as its program.
    """
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it was gone before the kernel could be asked
        os._exit(1)
