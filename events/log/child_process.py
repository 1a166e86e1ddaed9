"""Child processes that do not outlive whoever started them."""

import ctypes
import signal
import sys

_PR_SET_PDEATHSIG = 1
# Looked up before any fork: between fork and exec of a process with threads, the loader and whatever the collector of
# garbage gives back may wait for a lock that a thread held which is not there any more.
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def end_with_parent() -> None:
    """Ask the kernel to end this process when its parent dies, even by SIGKILL. Linux only; elsewhere it does nothing.

    To be run in the child between fork and exec (`preexec_fn`).
    """
    if _prctl is not None:
        _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
