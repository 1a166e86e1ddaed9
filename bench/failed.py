"""A benchmark that has no figure to give."""

from events.errors import CairnError


class BenchFailed(CairnError):
    """What was to be measured did not happen, so there is no figure for it."""
