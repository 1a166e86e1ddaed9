"""Why something that is to prove something cannot be used."""

from events.errors import CairnError


class NotProven(CairnError):
    """What is given is malformed, or does not prove what it is to prove; the message says which of both, and why."""
