"""The findings of a verification: what is wrong with a log, and what is only worth knowing."""

from dataclasses import dataclass, field
from typing import Literal

from events.log.anchor import BEGINNING, Anchor
from events.log.digest import CURRENT, DigestVersion

MOST_FINDINGS = 100
"""How many findings a report names; the others are only counted."""

Kind = Literal[
    "missing",  # positions of which the log holds no message any more
    "count",  # the stream counts other messages than can be read
    "unread",  # the server hands out no more, so that the rest is not known
    "unreadable",  # no event that this version of Cairn knows
    "subject",  # an event stored under another goal's subject than it names
    "version",  # a goal's events are not counted without a gap
    "id",  # a source and an id used twice in a goal
    "rule",  # an event that the rules refuse
    "consequence",  # what follows by itself is not what the rules decide
    "fold",  # an event that cannot be added to its goal
    "void",  # a message declared void that can be read, or is not there
    "changed",  # not the log that an earlier digest was made of
    "shorter",  # ends before the position of an earlier digest
]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in the log that is not as it must be.

    Attributes:
        subject: Of the message; empty where it is about the log and not about one message.
    """

    kind: Kind
    position: int
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class Compared:
    """The result of the comparison with an earlier digest.

    Attributes:
        position: The last position that was compared.
        version: How the earlier digest was made; one of version 1 says nothing about the time of recording.
        same: Whether the log is the same up to there.
    """

    position: int
    version: DigestVersion
    same: bool


@dataclass(slots=True)
class Verification:
    """What reading the log through has found.

    Attributes:
        events: How many messages were read.
        goals: How many goals and plans they are about.
        first: The position of the first message; 0 when there is none.
        position: The last position of the log that is covered, whether or not a message is there.
        missing: How many positions up to there hold no message.
        digest: The digest of all of them, as hex.
        digest_version: How it was made.
        anchor: At the last message that was read.
        compared: With an earlier digest; None when there was none to compare with.
        findings: What is wrong, the first hundred; empty for a sound log.
        wrong: How many things are wrong in all.
        notes: What an operator has seen to already: messages that were voided.
    """

    events: int = 0
    goals: int = 0
    first: int = 0
    position: int = 0
    missing: int = 0
    digest: str = ""
    digest_version: DigestVersion = CURRENT
    anchor: Anchor = BEGINNING
    compared: Compared | None = None
    findings: list[Finding] = field(default_factory=list)
    wrong: int = 0
    notes: list[Finding] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.wrong

    def report(self, finding: Finding) -> None:
        """Note something that is wrong."""
        self.wrong += 1
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(finding)
