"""Something that was done with a notary, or that it did."""

from datetime import datetime
from typing import Literal
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["founded", "rotation_begun", "rotation_finished", "succeeded", "stopped", "resumed"]


class NotaryAct(BaseModel):
    """Something that was done with a notary, or that it did.

    Attributes:
        id: By which it is recorded once, whoever is in doubt whether it was.
        kind: What: it was made (`founded`), a new key signs beside the other one (`rotation_begun`) or alone
            (`rotation_finished`), a new generation has begun (`succeeded`), nothing is signed any more (`stopped`), or
            it goes on (`resumed`).
        origin: The name of the log, in the generation that signs from then on.
        at: When.
        by: Who did it; empty for the notary itself.
        reason: Why, in a sentence; empty where it needs none.
        key: The public key of checkpoints that it is about; empty for none.
        size: How many leaves were signed by then.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(default_factory=lambda: uuid4().hex)
    kind: Kind
    origin: str
    at: datetime
    by: str = ""
    reason: str = ""
    key: str = ""
    size: int = 0


def founding(origin: str, at: datetime, *, by: str = "", reason: str = "", key: str = "") -> NotaryAct:
    """That a notary was made: the same act however often it is noted, in whichever generation, as it was made once."""
    log, _, _ = origin.rpartition("-")
    return NotaryAct(id=f"founded {log}", kind="founded", origin=origin, at=at, by=by, reason=reason, key=key)
