"""How a process ended, in words."""

import signal


def how_it_ended(returncode: int) -> str:
    """The end of a process in words, as the rest of a sentence about it.

    Args:
        returncode: Its exit code; a signal that ended it is negative, as :mod:`subprocess` has it.
    """
    if returncode >= 0:
        return f"ended with exit code {returncode}"
    try:
        return f"was ended by {signal.Signals(-returncode).name}"
    except ValueError:  # Of the real-time signals, only the first and the last have names.
        return f"was ended by signal {-returncode}"
