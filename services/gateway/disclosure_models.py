"""What the list of a patient's disclosures looks like, for the OpenAPI description."""

from datetime import datetime

from pydantic import ConfigDict, Field

from events.plan.types import Disclosed
from events.vocabulary import ActorRole
from services.gateway.models import ListOf


class Disclosure(Disclosed):
    """One disclosure: to whom, what for, on what ground, what, when, and by whom."""

    model_config = ConfigDict(defer_build=True, title="Disclosure")

    time: datetime = Field(description="When it was made.")
    recordedtime: datetime = Field(description="When Cairn recorded it, which was before the data was handed out.")
    position: int
    actor: str = Field(description="The opaque id of whoever made it.")
    actorrole: ActorRole
    enteredby: str | None


class DisclosureList(ListOf[Disclosure]):
    """The disclosures of a patient's data, in the order in which they were recorded."""

    complete: bool = Field(description="False while events of the plan are in quarantine: some may be missing then.")
