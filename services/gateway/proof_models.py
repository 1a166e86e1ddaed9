"""What …/goals/{goal}/proof answers, for the OpenAPI description."""

from pydantic import BaseModel, ConfigDict, Field

from services.gateway.models import QUARANTINED, QuarantinedAt


class ProofOfEvent(BaseModel):
    """Where an event is in the tree, and what its leaf is."""

    model_config = ConfigDict(defer_build=True, extra="forbid")

    position: int
    version: int
    index: int = Field(description="Its place in the tree, from 0.")
    leaf: str | None = Field(
        description="The leaf in base64: the position, the time, the subject, and the hashes of headers and body. What"
        " is hashed for the tree is a zero byte and the leaf. Null where the log does not hold the event now."
    )
    hashes: list[str] | None = Field(
        description="The hashes from the leaf upward, each in base64; null while no signed checkpoint has the event."
    )


class GoalProofs(BaseModel):
    """The proofs of the events of a goal, all of them against one checkpoint."""

    model_config = ConfigDict(defer_build=True, extra="forbid")

    org: str
    patient: str
    goal: str
    checkpoint: str | None = Field(
        description="The signed note (C2SP tlog-checkpoint) whose tree the proofs are against; null before the first."
    )
    stopped: str | None = Field(description="Why nothing is signed any more, in a sentence; null while all is well.")
    items: list[ProofOfEvent]
    next: str | None
    quarantined: QuarantinedAt | None = Field(description=QUARANTINED)
