"""What the answer about who read a patient's data looks like, for the OpenAPI description."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from services.gateway.models import ListOf


class Access(BaseModel):
    """One reading that told something about the patient, or was refused."""

    model_config = ConfigDict(defer_build=True, extra="forbid")

    org: str
    patient: str
    at: datetime = Field(description="When it was about to be told.")
    reader: str = Field(description="The id of who read.")
    kind: str = Field(description="person or system.")
    roles: list[str] = Field(description="What the reader was then.")
    client: str | None = Field(description="The application, where it is known.")
    token: str | None = Field(description="The id (`jti`) of the token, where there was one; never the token.")
    address: str | None = Field(description="The network address that the request came from, where there is one.")
    channel: Literal["http", "nats", "command"]
    reading: str = Field(description="What kind of thing was read: goals, schedule, history, accesses, disclosures.")
    operation: str = Field(description="Which of Cairn's operations it was.")
    interaction: str = Field(description="Which interaction it was, in FHIR's words.")
    purpose: str = Field(description="Why: a code of HL7's v3-ActReason.")
    outcome: Literal["told", "refused"]
    code: str | None = Field(description="Why it was refused.")
    request: str = Field(description="The id of the request; a reading of very many patients has several records.")
    everyone: bool = Field(description="Whether it was a reading of all that the organisation has, such as a backup.")
    position: int = Field(description="Where the record is in the stream of the records.")
    number: int = Field(description="Which record of that message it is.")


class AccessList(ListOf[Access]):
    """The readings of a patient's data, the newest first."""
