"""The pages of the event types: all of them in groups, and one with its fields, its sample, and how it is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic_core import to_json

from events.catalog import TYPES, versions_of
from events.envelope import structured
from events.identity import FEED, INTAKE, OUTCOME, SUBMIT
from events.outcome import OutcomeEvent, RecordedOutcome, encode_outcome
from events.samples import has_sample, sample_of
from events.vocabulary import ActorRole
from services.access.policy import roles_acting_in
from services.gateway.pages.developers.docstrings import said_by
from services.gateway.pages.developers.schema_tables import Table, tables_of
from services.gateway.pages.developers.sending import Way, file_name, preparation, ways

if TYPE_CHECKING:
    from services.gateway.pages.language import Language

_CURRENT: Mapping[str, str] = {name.removeprefix("cairn.").rpartition(".v")[0]: name for name in TYPES}
"""Every current type by its short name, such as `goal.held`."""


def _(text: str) -> str:
    """Marks a text for translation that is translated later."""
    return text


GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (_("A plan begins and ends"), ("plan.opened", "plan.amended", "plan.priorities_ranked", "plan.closed")),
    (_("Scores"), ("plan.measured",)),
    (_("Who may know"), ("plan.consent_given", "plan.consent_revoked", "plan.disclosed")),
    (
        _("A goal is found together"),
        ("goal.proposed", "goal.imported", "goal.agreed", "goal.contested", "goal.activated"),
    ),
    (
        _("A goal changes"),
        ("goal.revised", "goal.change_requested", "goal.change_answered", "goal.held", "goal.resumed"),
    ),
    (
        _("The way there"),
        (
            *("goal.progress_logged", "goal.progress_corrected", "goal.progress_withdrawn"),
            *("goal.milestone_set", "goal.milestone_met"),
        ),
    ),
    (_("Looking at it together"), ("goal.review_scheduled", "goal.reviewed")),
    (_("A goal ends"), ("goal.closed", "goal.reopened", "goal.entered_in_error")),
    (_("What only operators record"), ("plan.voided", "goal.voided")),
)
"""All event types by what they are about, in the order in which things happen, by their short names."""


class Listed(NamedTuple):
    """An event type in the list.

    Attributes:
        short: Its name without what all have.
        says: What it tells, in one sentence, in English.
    """

    name: str
    short: str
    says: str


class Group(NamedTuple):
    """Event types that belong together; the name is translated by the template."""

    name: str
    types: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """The sample of a type, and how it is sent.

    Attributes:
        sample: The event as JSON, to read.
        file: What it is saved as in the examples.
        before: The types of what has to be recorded before it, in their order.
        preparation: What the shell is told once.
        ways: How it is sent then.
        answer: What comes back, as JSON.
        subjects: The subjects of its way, and what each is for; the template translates it.
    """

    sample: str
    file: str
    before: tuple[str, ...]
    preparation: str
    ways: tuple[Way, ...]
    answer: str
    subjects: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class EventType:
    """One event type as its page shows it.

    Attributes:
        says: What it tells, in English: paragraphs.
        tables: The fields of its data, and of the values in them.
        roles: In which roles somebody acts in it.
        versions: Every version that is taken, the oldest first and the current one last.
        sent: How it is sent; None where nobody can submit it.
    """

    name: str
    says: tuple[str, ...]
    tables: Sequence[Table]
    roles: tuple[ActorRole, ...]
    versions: Sequence[str]
    sent: Sent | None


def groups() -> tuple[Group, ...]:
    """All event types in their groups."""
    return tuple(Group(name, tuple(map(_listed, types))) for name, types in GROUPS)


def event_type(name: str, schema: Mapping[str, Any], base: str, language: "Language") -> EventType:
    """The page of one current type.

    Args:
        schema: Its published schema, as JSON.
        base: The address of the gateway, for the examples.
    """
    tables = tables_of(schema, language)
    return EventType(
        name,
        tables[0].says,
        tables,
        roles_acting_in(name),
        versions_of(name),
        _sent(name, base) if has_sample(name) else None,
    )


def _listed(short: str) -> Listed:
    name = _CURRENT[short]
    return Listed(name, short, said_by(TYPES[name].__doc__ or "").paragraphs[0])


def _sent(name: str, base: str) -> Sent:
    event, before = sample_of(name)
    goal_id = event.goal_id
    version = 1 + sum(each.goal_id == goal_id for each in before)
    recorded = RecordedOutcome(events=(OutcomeEvent(type=name, position=481, version=version),))
    return Sent(
        sample=to_json(structured(event), indent=2).decode(),
        file=file_name(event),
        before=tuple(each.type_name for each in before),
        preparation=preparation(event, base),
        ways=ways(event),
        answer=encode_outcome(recorded).decode(),
        subjects=(
            (goal_id.on(SUBMIT), _("Ask, and be answered as above.")),
            (goal_id.on(INTAKE), _("Leave it while services are down. It is kept, and recorded later.")),
            (goal_id.on(OUTCOME), _("What became of an event that was left.")),
            (goal_id.on(FEED), _("Every recorded event, as soon as it is stored.")),
        ),
    )
