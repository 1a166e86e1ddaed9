"""How a process ended is said by the name of its signal, or by its exit code."""

import signal

import pytest

from services.node.ending import how_it_ended


@pytest.mark.parametrize(
    ("returncode", "said"),
    [
        (0, "ended with exit code 0"),
        (2, "ended with exit code 2"),
        (-signal.SIGKILL, "was ended by SIGKILL"),
        (-99, "was ended by signal 99"),
    ],
)
def test_an_end_is_said_in_words(returncode: int, said: str) -> None:
    assert how_it_ended(returncode) == said
