"""What …/operations answers, for the OpenAPI description."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from services.administration.care import Care
from services.administration.notary_act import NotaryAct
from services.gateway.models import ProjectionStatus
from services.gateway.troubles import Trouble
from services.notary.requests import WitnessStatus

WellState = Literal["answering", "recording", "following", "connected"]


class TroubleFound(BaseModel):
    """Something that asks for somebody."""

    model_config = ConfigDict(defer_build=True, extra="forbid")

    code: Trouble
    about: str = Field(description="The stream, the service, the projection or the witness.")
    events: int | None = Field(description="How many events it is about, where that is counted.")
    seconds: float | None = Field(description="For how long the first of them has been waiting.")
    percent: int | None = Field(description="How much is built.")
    detail: str | None = Field(description="What the service itself says, for whoever runs it.")


class ServiceState(BaseModel):
    """One of Cairn's services, or nats-server."""

    model_config = ConfigDict(defer_build=True, extra="forbid")

    name: Literal["gateway", "goals", "intake", "reminders", "projections", "access", "nats-server"]
    state: WellState | Literal["silent", "stopped", "full", "replaced", "unfit", "unknown"] = Field(
        description="The first four are well; `projections` are known by what their database says."
    )
    stream: str | None = Field(description="The stream of the log that it serves, where there are several.")
    version: str | None
    since: datetime | None = Field(description="When its process began to serve, where it says so.")


class LogStream(BaseModel):
    """A stream of the log."""

    model_config = ConfigDict(defer_build=True, extra="forbid")

    stream: str
    first: int | None = Field(description="The first position; what is not known now is null.")
    position: int | None = Field(description="The last position.")
    events: int | None
    goals: int | None = Field(description="About how many goals and plans they are.")
    bytes: int | None = Field(description="How much room they take.")
    most_bytes: int | None = Field(description="How much room there is for them; null without a limit.")
    missing: int | None = Field(description="How many events have gone, without those given up by an operator.")
    recorded_at: datetime | None = Field(description="When the last event was recorded.")
    verified: Care | None = Field(description="What `cairn log verify` last found.")
    backed_up: Care | None = Field(description="What `cairn log backup` last copied.")
    care_known: bool = Field(description="Whether it is known when that was done.")


class ProofOfStream(BaseModel):
    """How a stream of the log is proven. Without a notary, and while that is silent, what it would say is null."""

    model_config = ConfigDict(defer_build=True, extra="forbid")

    stream: str
    state: Literal["signing", "stopped", "silent", "none"] = Field(
        description="`none` where no notary was heard of since this gateway began, and `silent` where one was."
    )
    origin: str | None = Field(description="The name of the log in its checkpoints.")
    size: int | None = Field(description="How many events were signed last.")
    signed_at: datetime | None
    published_size: int | None = Field(description="Up to where there are the cosignatures that the policy asks for.")
    witnessed_at: datetime | None = Field(description="When enough witnesses had cosigned that; null without any.")
    quorum: str | None = Field(description="What the policy asks for; `none` without witnesses.")
    witnesses: list[WitnessStatus]
    log_head: int | None = Field(description="The last position that the notary knows of.")
    behind_seconds: float | None = Field(description="For how long the first event has been waiting to be published.")
    stopped: str | None = Field(description="Why nothing is signed any more, in a sentence.")
    stopped_at: datetime | None
    waiting: str | None = Field(description="Why nothing is signed for the time being, in a sentence.")
    unpublished_since: datetime | None = Field(description="Since when what is signed lacks cosignatures.")
    policy_trouble: str | None = Field(description="Why the policy as it is written is not heeded, in a sentence.")
    audited_at: datetime | None = Field(description="When the log was last read again and compared with the tree.")
    audit_wrong: int | None = Field(description="How many events differed then.")
    acts: list[NotaryAct] | None = Field(
        description="What was done with the notary last: when, by whom and why; the newest first."
    )


class OperationsReport(BaseModel):
    """How this Cairn is doing."""

    model_config = ConfigDict(defer_build=True, extra="forbid")

    at: datetime
    well: bool = Field(description="Whether everything that is recorded is shown, and nothing asks for somebody.")
    troubles: list[TroubleFound] = Field(description="What asks for somebody, the most pressing first.")
    services: list[ServiceState]
    log: list[LogStream]
    proof: list[ProofOfStream]
    projections: list[ProjectionStatus] | None = Field(description="As …/v1/projections has them; null if unreadable.")
