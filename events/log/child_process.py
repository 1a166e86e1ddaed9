"""Child processes that do not outlive whoever started them."""

import ctypes
import signal
import sys

_PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """Ask the kernel to end this process when its parent dies, even by SIGKILL. Linux only; elsewhere it does nothing.

    To be run in the child between fork and exec (`preexec_fn`).
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
