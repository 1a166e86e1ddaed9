"""What the reads of a goal over time look like, for the OpenAPI description."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from events.vocabulary import ActorRole
from services.gateway.models import ListOf
from services.gateway.patient_models import LevelPoint


class _Told(BaseModel):
    model_config = ConfigDict(defer_build=True, extra="forbid")


class GoalMoment(_Told):
    """A moment at which something but a diary entry happened."""

    version: int
    position: int
    type: str
    actor: str
    actorrole: ActorRole
    enteredby: str | None
    causeversion: int | None = Field(description="The version of the event that this one followed from by itself.")
    time: datetime = Field(description="When it happened: `as_of` with `by=happened`.")
    recordedtime: datetime = Field(description="When Cairn stored it: `as_of` with `by=recorded`.")
    sentence: str


class MomentList(ListOf[GoalMoment]):
    """The moments of a goal in the order of the log."""


class WrittenText(_Told):
    """A text, and who wrote it."""

    text: str
    actor: str
    actorrole: ActorRole = Field(description="`patient` where these are the patient's own words.")
    enteredby: str | None = Field(description="Who typed it in, where that was not the actor.")
    time: datetime = Field(description="When it was written.")
    recordedtime: datetime
    version: int
    position: int


class WrittenStep(WrittenText):
    """A step of a scale, and who wrote it."""

    level: int = Field(ge=-2, le=2)


class ScaleTexts(_Told):
    """The texts that the steps of a scale had from one event on."""

    version: int
    position: int
    time: datetime
    recordedtime: datetime
    levels: dict[str, str] = Field(description="The text of each step, by its number.")


class TextsOfGoal(_Told):
    """A goal's words, each with who wrote it."""

    org: str
    patient: str
    goal: str
    statement: WrittenText = Field(description="The words that the goal began with.")
    wording: WrittenText | None = Field(description="How it is put now; null where it was never put otherwise.")
    steps: list[WrittenStep] = Field(description="The steps of its scale, the highest first.")
    scales: list[ScaleTexts] = Field(description="Its scale in its former texts and in those of now, the oldest first.")


class LevelOfGoal(LevelPoint):
    """A level on a day, and under which texts of the steps it was told."""

    scale: int | None = Field(description="The `version` of these texts; null of a baseline.")


class LevelList(ListOf[LevelOfGoal]):
    """Every level of a goal by its days."""
