"""The value types that events share, in the field's own terms: frozen, and validated when they are made.

Texts are kept as written. They may hold line breaks and tabs but no other control characters, because a terminal
would obey those and PostgreSQL cannot store a null.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

ActorRole = Literal["patient", "clinician", "supervisor", "family", "system"]
SubmitterRole = Literal[ActorRole, "operator"]
"""The roles in which an event can be submitted: an operator submits nothing but that a message is void."""
STAFF: frozenset[SubmitterRole] = frozenset({"clinician", "supervisor"})
"""The roles of those who treat."""
Party = Literal["patient", "clinician"]
UNASSIGNED = "unassigned"
"""The clinician of a plan that nobody works with yet, as an import opens it."""
Kind = Literal["process", "outcome"]
Horizon = Literal["short_term", "long_term"]
LifeArea = Literal["family", "work", "coping", "attendance", "sobriety", "health", "other"]
Whose = Literal["own", "family", "court", "employer", "other"]
Setting = Literal["residential", "day", "outpatient"]
Accommodation = Literal["simplified_language", "visual_tools", "short_reviews"]
Instrument = Literal["phq9", "k10", "distress_thermometer", "mood"]
Per = Literal["day", "week", "month"]
Direction = Literal["at_least", "at_most"]
RevisionReason = Literal[
    "setback",
    "life_event",
    "no_longer_fits",
    "too_easy",
    "too_hard",
    "achieved_early",
    "motivation",
    "patient_request",
    "clinical",
    "correction",
]
ReviewDecision = Literal["keep", "adjust_scale", "adjust_timeline", "replace", "hold", "resume", "retire", "achieve"]
ReviewCause = Literal["initial", "routine", "setback", "motivation", "requested", "moved"]
Outcome = Literal["achieved", "partially_achieved", "not_achieved", "retired", "replaced"]
Status = Literal["proposed", "contested", "agreed", "active", "held", "closed", "entered_in_error"]
Answer = Literal["accepted", "adapted", "declined"]
Allowed = Literal["goals", "schedule", "history", "contribute"]
"""What a patient may allow somebody by a consent: to read one kind of data, or to contribute to the goals."""

INSTRUMENT_RANGES: dict[Instrument, tuple[int, int]] = {
    "phq9": (0, 27),
    "k10": (10, 50),
    "distress_thermometer": (0, 10),
    "mood": (1, 10),
}
"""Lowest and highest score of each instrument: PHQ-9 (Kroenke 2001), K10 (Kessler 2002), NCCN Distress Thermometer."""

SUBMITTED: Mapping[str, bool] = {"submitted": True}
"""The validation context of what somebody submits: it is looked at more closely than what was recorded before."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u2028\u2029]")


def _clean(text: str, info: ValidationInfo) -> str:
    if not text or text.isspace():
        raise PydanticCustomError("blank", "It must say something; it is empty")
    if text.isprintable():  # quick, and so for most texts
        return text
    if _CONTROL.search(text.replace("\r\n", "\n")):
        raise PydanticCustomError(
            "control_character", "It must not contain control characters; line breaks and tabs are fine"
        )
    if info.context is SUBMITTED and all(each.isspace() or unicodedata.category(each) == "Cf" for each in text):
        raise PydanticCustomError("blank", "It must say something; nothing in it can be seen")
    return text


_Clean = AfterValidator(_clean)
Text = Annotated[str, StringConstraints(max_length=4000), _Clean]
"""Something a person wrote: 1 to 4000 characters, not only white space."""
Label = Annotated[str, StringConstraints(max_length=200), _Clean]
"""A short name or code: 1 to 200 characters."""
Token = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""An opaque id: 1 to 64 letters, digits, hyphens or underscores."""
Level = Annotated[int, Field(ge=-2, le=2)]
"""A GAS attainment level: -2 much less than expected, -1 less, 0 expected, +1 more, +2 much more."""
Days = Annotated[int, Field(ge=1, le=365)]
Rating = Annotated[int, Field(ge=0, le=10)]
Position = Annotated[int, Field(ge=1, lt=2**63)]
"""The position of a message in the log: its stream sequence."""
Number = Annotated[
    int | float,
    Field(ge=-1e12, le=1e12),
    # pydantic writes bounds around a union as `ge` and `le`, which are no words of JSON Schema.
    WithJsonSchema({"type": "number", "minimum": -1e12, "maximum": 1e12}),
]
"""A quantity in the unit of its measure, kept as written: 3 stays 3."""


class Value(BaseModel):
    """A frozen value that refuses fields it does not know and does not convert types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    def with_changes(self, changes: Mapping[str, Any]) -> Self:  # Any: a field has any type
        """The same value with other fields, as `model_copy` makes it in four times as long.

        It has the fields that count as given in common with this one, which nobody asks of a state.

        Args:
            changes: New values by the names of fields; they are not validated.
        """
        changed = self.__class__.__new__(self.__class__)
        change = object.__setattr__
        change(changed, "__dict__", {**self.__dict__, **changes})
        change(changed, "__pydantic_fields_set__", self.__pydantic_fields_set__)
        change(changed, "__pydantic_extra__", None)
        change(changed, "__pydantic_private__", None)
        return changed

    @classmethod
    def of_valid(cls, fields: Mapping[str, Any]) -> Self:  # Any: as above
        """A value out of fields that were validated before, as `model_construct` makes it in five times as long.

        The fields that count as given are all that the class has; nobody asks that of what is made here.

        Args:
            fields: By their names; those that are missing have their defaults.
        """
        defaults, names = _defaults(cls)
        made = cls.__new__(cls)
        put = object.__setattr__
        put(made, "__dict__", {**defaults, **fields})
        put(made, "__pydantic_fields_set__", names)
        put(made, "__pydantic_extra__", None)
        put(made, "__pydantic_private__", None)
        return made


@cache
def _defaults(kind: type[Value]) -> tuple[Mapping[str, Any], set[str]]:
    """The defaults of a kind of value in the order of its fields, and their names. What has none stands as None."""
    fields = {name: None if each.is_required() else each.default for name, each in kind.model_fields.items()}
    return fields, set(fields)


class Actor(Value):
    """Who did something: an opaque id and the role in which they acted."""

    id: Label
    role: ActorRole


CAIRN_ITSELF = Actor(id="cairn", role="system")
"""The actor of the events that Cairn itself adds to a submission."""


class TreatmentReason(Value):
    """Why someone is in treatment, and whose reason that is."""

    text: Text
    whose: Whose


class Program(Value):
    """Where the patient is treated."""

    setting: Setting
    dual_diagnosis: bool = False


class Priority(Value):
    """What would make recovery feel worth it, in the patient's ranking (1 is first)."""

    id: Token
    text: Text
    rank: Annotated[int, Field(ge=1, le=20)]


class External(Value):
    """The goal's identifier in another system."""

    system: Label
    value: Label


class Template(Value):
    """The versioned goal template that a proposal started from."""

    id: Token
    version: Annotated[int, Field(ge=1)]


class TargetRange(Value):
    """A target between two values; either end may be open."""

    low: Number | None = None
    high: Number | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low is None and self.high is None:
            raise PydanticCustomError("range_empty", "It needs low, high, or both")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise PydanticCustomError("range_order", "low must not be above high")
        return self


class Measure(Value):
    """What is counted, and what would be enough.

    `target` is a number, a range, or true for something that is simply done; `per` gives the window of a frequency
    (3 groups a week). Unknown parts are left out and listed as missing, never invented.
    """

    what: Text
    unit: Label | None = None
    target: Number | TargetRange | Literal[True] | None = None
    per: Per | None = None
    direction: Direction | None = None


class Achievable(Value):
    """How confident the patient is (0-10), and what supports them."""

    confidence: Rating | None = None
    supports: Text | None = None


class Smart(Value):
    """A goal worked out as SMART (Doran 1981). Every part may still be missing; a draft says which are.

    `due` is a date, or the work runs `for_weeks` from activation; not both.
    """

    specific: Text | None = None
    measure: Measure | None = None
    achievable: Achievable | None = None
    relevant: Text | None = None
    due: date | None = None
    for_weeks: Annotated[int, Field(ge=1, le=104)] | None = None

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if self.due is not None and self.for_weeks is not None:
            raise PydanticCustomError("two_ends", "give due or for_weeks, not both")
        return self


class GasScale(Value):
    """A Goal Attainment Scale (Kiresuk & Sherman 1968): what each level looks like for this person.

    `levels` maps -2, -1, 0, 1 and 2 to texts; a draft may have fewer. `importance` and `difficulty` (0-3) multiply to
    the goal's weight in the T-score.
    """

    levels: dict[Literal["-2", "-1", "0", "1", "2"], Text]
    baseline: Level | None = None
    importance: Annotated[int, Field(ge=0, le=3)] | None = None
    difficulty: Annotated[int, Field(ge=0, le=3)] | None = None

    @model_validator(mode="after")
    def _distinct(self, info: ValidationInfo) -> Self:
        texts = [" ".join(text.split()).casefold() for text in self.levels.values()]
        if info.context is SUBMITTED:  # one letter may be written in several ways that look the same
            texts = [unicodedata.normalize("NFC", text) for text in texts]
        if len(set(texts)) < len(texts):
            raise PydanticCustomError("gas.levels", "each level needs a text of its own; two are the same")
        return self
