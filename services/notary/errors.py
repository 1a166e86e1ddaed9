"""Why the notary does not sign."""

from events.errors import CairnError

TOLD = "notary: "
"""What a line on the standard output begins with that says that the notary does not sign, and why."""


class NotaryUnusable(CairnError):
    """The notary's key, state or tiles cannot be used; the sentence says what to do."""


class ActsUnusable(NotaryUnusable):
    """What was done with the notary cannot be read, nor noted; what is signed does not depend on it."""


class Contradiction(CairnError):
    """The log, the tiles, the notary's memory or a witness contradicts what was signed: signing has to stop."""


class SigningStopped(CairnError):
    """What would be signed is no extension of what was signed before, so nothing is signed until an operator decides.

    Attributes:
        reason: Which contradiction was found, in a sentence.
    """

    def __init__(self, reason: str):
        super().__init__(f"The notary has stopped signing: {reason}")
        self.reason = reason


class SigningWaits(CairnError):
    """Nothing is signed for now; it goes on by itself once what is waited for is there. The sentence says what."""


class WitnessUnusable(CairnError):
    """A witness cannot be asked at the address that is given for it; the sentence says why."""


class WitnessSilent(CairnError):
    """A witness does not say what it has last cosigned: it does not answer, or answers what does not verify."""


class HistoryNotProven(CairnError):
    """What the log gives and what the notary has signed differ, so that a history cannot be handed out as proven."""


class FolderInUse(CairnError):
    """An export would be written where something is already."""


class GenerationEnded(CairnError):
    """An operator has begun a new generation while this one was at work; the work begins again with the new one."""
