"""Events of the audit trail as JSON, written out of their rows: what an event says is kept as it is told."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from pydantic_core import to_json
from sqlalchemy import Connection, FromClause, select

from projections.audit_trail.events import happened
from projections.audit_trail.projector import CHANGING_TYPES
from projections.audit_trail.sentence import sentence
from projections.audit_trail.tables import tables
from projections.engine.key_lookup import narrowed, number_elements
from projections.engine.paging import AnySelect, without_index
from projections.engine.plan_join import of_the_patient
from projections.engine.statements import fetch

_EVENTS, _CHANGES, _PLANS = (tables()[name] for name in ("events", "changes", "plans"))


class EventRow(NamedTuple):
    """A row of the table of events, and the time zone of its patient's plan, if there is one."""

    org: str
    position: int
    patient: str
    goal: str
    version: int
    type: str
    actor: str
    actor_role: str
    entered_by: str | None
    submitted_by: str | None
    submitter_role: str | None
    happened_at: datetime
    happened_offset: int
    recorded_at: datetime
    source: str
    event_id: str
    cause: int | None
    data: str
    deed: str
    time_zone: str | None


def every_event(events: FromClause = _EVENTS) -> AnySelect:
    """The columns of :class:`EventRow`.

    Args:
        events: The table of events, narrowed: what is joined behind the plans would be looked at last.
    """
    columns = (_EVENTS.c[name] for name in EventRow._fields[:-1])
    return select(*columns, _PLANS.c.time_zone).select_from(events.outerjoin(_PLANS, of_the_patient(_PLANS, _EVENTS)))


def events_at(connection: Connection, org: str, positions: Sequence[int]) -> list[EventRow]:
    """The events at some positions of an organisation, in their order."""
    return (
        [EventRow._make(row) for row in fetch(connection, _AT_POSITIONS, _asked(org, positions))] if positions else []
    )


def written_events(connection: Connection, rows: Sequence[EventRow]) -> list[str]:
    """Events of one organisation, in the order of their rows: the JSON of each, as `projections.audit_trail.queries`
    tells it.
    """
    changes = _changes(connection, rows)
    return [_written(row, changes.get(row.position, ())) for row in rows]


def _written(row: EventRow, changes: Sequence[str]) -> str:
    at = happened(row)
    # Ids of organisations, patients and goals are tokens, as are types: nothing in them is escaped in JSON.
    return (
        f'{{"org":"{row.org}","patient":"{row.patient}","goal":"{row.goal}","version":{row.version}'
        f',"position":{row.position},"type":"{row.type}","actor":{_quoted(row.actor)}'
        f',"actorrole":{_quoted(row.actor_role)},"enteredby":{_quoted(row.entered_by)}'
        f',"submittedby":{_quoted(row.submitted_by)},"submitterrole":{_quoted(row.submitter_role)}'
        f',"time":"{at.isoformat()}","recordedtime":"{row.recorded_at.isoformat()}","source":{_quoted(row.source)}'
        f',"id":{to_json(row.event_id).decode()},"causeversion":{to_json(row.cause).decode()},"data":{row.data}'
        f',"sentence":{to_json(sentence(row.deed, at, row.recorded_at, row.time_zone)).decode()}'
        f',"changes":[{",".join(changes)}]}}'
    )


@lru_cache(4096)
def _quoted(text: str | None) -> str:
    """The JSON of a text that many events have: an id of a person, a role, a system."""
    return to_json(text).decode()


def _changes(connection: Connection, rows: Sequence[EventRow]) -> Mapping[int, Sequence[str]]:
    """The JSON of each field that events of one organisation changed, by their positions."""
    found: dict[int, list[str]] = defaultdict(list)
    positions = [row.position for row in rows if row.type in CHANGING_TYPES]
    if positions:
        for position, field, before, after in fetch(connection, _CHANGES_AT_POSITIONS, _asked(rows[0].org, positions)):
            found[position].append(f'{{"field":{to_json(field).decode()},"before":{before},"after":{after}}}')
    return found


def _asked(org: str, positions: Sequence[int]) -> dict[str, object]:
    return {"org": org, "wanted": to_json(positions).decode()}


_AT_POSITIONS = every_event(narrowed(_EVENTS, "position", number_elements)).order_by(without_index(_EVENTS.c.position))
_CHANGES_AT_POSITIONS = (
    select(_CHANGES.c.position, _CHANGES.c.field, _CHANGES.c.before, _CHANGES.c.after)
    .select_from(narrowed(_CHANGES, "position", number_elements))
    .order_by(without_index(_CHANGES.c.position), _CHANGES.c.field)
)
