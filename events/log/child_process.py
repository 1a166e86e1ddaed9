"""Child processes: they do not outlive whoever started them, and what ends them is told."""

import ctypes
import logging
import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from events.errors import first_of

_PR_SET_PDEATHSIG = 1
# Looked up before any fork: between fork and exec of a process with threads, the loader and whatever the collector of
# garbage gives back may wait for a lock that a thread held which is not there any more.
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
_FIRST_AFTER_STANDARD_FILES = 3
_log = logging.getLogger("cairn")


def end_with_parent() -> None:
    """Ask the kernel to end this process when its parent dies, even by SIGKILL. Linux only; elsewhere it does nothing.

    To be run in the child between fork and exec (`preexec_fn`).
    """
    if _prctl is not None:
        _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def write_out() -> None:
    """Write out what this process has yet to say; a fork would say it once more."""
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()


def close_all_but_standard_files() -> None:
    """Close what a fork has inherited and has no use for."""
    try:
        inherited = [int(each.name) for each in Path("/proc/self/fd").iterdir()]
    except OSError:  # no Linux: every number there may be, which takes long where very many are allowed
        os.closerange(_FIRST_AFTER_STANDARD_FILES, os.sysconf("SC_OPEN_MAX"))
        return
    for number in inherited:
        if number >= _FIRST_AFTER_STANDARD_FILES:
            with suppress(OSError):  # that of the listing itself is closed already
                os.close(number)


def be_fork(run: Callable[[], int]) -> NoReturn:
    """Do what a fork is for, and end it with the exit code; what its parent would do at its end is not for it to do.

    What nobody has expected is logged as where it happened and of which kind it is, and ends it with 1.
    """
    code = 1
    try:
        code = run()
    except Exception as error:  # noqa: BLE001 - whatever it is, nobody else would tell it
        _log.error("ended by an error of Cairn's own:\n%s", _unexpected(error))
    finally:
        write_out()
        os._exit(code)


def _unexpected(error: Exception) -> str:
    """Where something happened, and its kind. The message is left out: it may repeat what a patient wrote."""
    frames = []
    if isinstance(error, ExceptionGroup):
        frames = traceback.format_tb(error.__traceback__)
        error = first_of(error)
    frames += traceback.format_tb(error.__traceback__)
    return f"{''.join(frames)}{type(error).__name__}"
