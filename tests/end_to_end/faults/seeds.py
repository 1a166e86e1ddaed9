"""What chance decides in these tests is drawn from a seed, which the test's name tells."""

import os

import pytest

_MORE = "CAIRN_TEST_SEEDS"


def seeds(usually: int) -> pytest.MarkDecorator:
    """Runs a test with the seeds 1, 2, … as `seed`; the environment's CAIRN_TEST_SEEDS asks for more of them.

    A seed fixes when something is done to the processes, not what they are doing at that moment.
    """
    number = max(usually, int(os.environ.get(_MORE, "0")))
    return pytest.mark.parametrize("seed", range(1, number + 1))
