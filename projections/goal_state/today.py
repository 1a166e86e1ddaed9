"""Today in a clinic: whom to talk to first and why, in the patients' words, and how it went since the last review.

One query a table, whatever the number of patients on a page: where each stands, their open goals, what was told in four
weeks, what revisions changed, what is awaited, their plans and their scores.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import Connection, Date, Table, bindparam, literal_column, or_, select

from events.time_zones import UTC_ZONE
from projections.engine.clinic_day import clinic_days
from projections.engine.key_lookup import id_elements, narrowed, of_each
from projections.engine.paging import AnySelect, Json, Place, WrittenPage, paged_rows
from projections.engine.statements import fetch
from projections.goal_state.caseload_reasons import Looked
from projections.goal_state.caseload_rows import is_open
from projections.goal_state.filters import TodayFilter
from projections.goal_state.quarantined import quarantined_by_patient
from projections.goal_state.stored_states import of_the_goal
from projections.goal_state.tables import tables
from projections.goal_state.today_goals import AwaitedWord, Goal, OfPatient, Score, read_patient
from projections.goal_state.today_order import Patient, counted, patients_of
from projections.goal_state.today_week import Entry, counts_from

DAYS_SHOWN = 28
"""How many days of a diary are looked at, the day of looking among them."""
_EVERYBODY = TodayFilter()
_TABLES = tables()
_GOALS, _DOCUMENTS, _ENTRIES, _REVISIONS, _WAITING, _PLANS, _MEASUREMENTS = (
    _TABLES[name] for name in ("goals", "documents", "entries", "revisions", "waiting", "plans", "measurements")
)


def today(
    connection: Connection,
    org: str,
    filters: TodayFilter = _EVERYBODY,
    *,
    now: datetime,
    limit: int = 50,
    cursor: str | None = None,
) -> WrittenPage:
    """The patients in treatment in the order of Today: `items`, `next` and `counts`.

    First comes who waits for an answer from staff, the longest first; then a setback or a dip since the last review;
    then a review due since, the oldest first; a review due on the day; a silence of seven days and more; a word of the
    patient that is awaited; then the others by their next review; and then the id. `counts` is of all pages; it is null
    where one patient is asked for.

    Raises:
        BadCursor: when the cursor is not from this list.
    """
    days: Mapping[str, date] = {UTC_ZONE: filters.day} if filters.day else clinic_days(connection, _PLANS, org, now)
    looked = {zone: Looked(day, zone) for zone, day in days.items()}
    everybody = patients_of(connection, org, looked, looked[UTC_ZONE], filters.patient)
    asked_for = [each for each in everybody if filters.clinician in (None, each.clinician)]

    def rows(last: Place | None, most: int) -> Sequence[Patient]:
        first = 0 if last is None else bisect_right(asked_for, tuple(last), key=lambda each: each[:3])
        return asked_for[first : first + most]

    page, following = paged_rows(
        rows, of="today", kinds=(int, date, str), key=lambda each: each[:3], limit=limit, cursor=cursor
    )
    counts = counted(everybody, filters.clinician) if filters.patient is None else None
    items = _told(connection, org, page) if page else []
    text = to_json({"items": items, "next": following, "counts": counts})
    return WrittenPage(text, frozenset(each.patient for each in page))


def _told(connection: Connection, org: str, page: Sequence[Patient]) -> list[Json]:
    """The rows of a page."""
    first_day = min(each.looked.day for each in page)
    since = min(first_day - timedelta(days=DAYS_SHOWN - 1), counts_from(first_day))
    last_day = max(each.looked.day for each in page)
    wanted = to_json([each.patient for each in page]).decode()
    asked = {"org": org, "wanted": wanted, "since": since, "until": last_day}
    goals = _by_patient(Goal(*row) for row in fetch(connection, _GOALS_ASKED, asked))
    entries = _by_patient(Entry(*row) for row in fetch(connection, _ENTRIES_ASKED, asked) if row[0] is not None)
    changes: dict[tuple[str, str, int], list[Json]] = {}
    for patient, goal, version, written in fetch(connection, _REVISIONS_ASKED, asked):
        changes[patient, goal, version] = from_json(written)
    awaited = _by_patient(AwaitedWord(*row) for row in fetch(connection, _WAITING_ASKED, asked))
    plans = {patient: from_json(state) for patient, state in fetch(connection, _PLANS_ASKED, asked)}
    scores = _by_patient(Score(*row) for row in fetch(connection, _SCORES_ASKED, asked))
    quarantined = quarantined_by_patient(connection, org, {each.patient for each in page})
    return [
        {
            "org": org,
            **read_patient(
                each,
                OfPatient(
                    goals.get(each.patient, ()),
                    entries.get(each.patient, ()),
                    changes,
                    awaited.get(each.patient, ()),
                    plans.get(each.patient, {}),
                    scores.get(each.patient, ()),
                ),
                first=each.looked.day - timedelta(days=DAYS_SHOWN - 1),
            ),
            "quarantined": quarantined.get(each.patient, []),
        }
        for each in page
    ]


def _by_patient(rows: Iterable[Any]) -> Mapping[str, Sequence[Any]]:  # Any: rows of one of the kinds above
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.patient].append(row)
    return found


def _asked(table: Table, *columns: str) -> AnySelect:
    return select(*(table.c[name] for name in columns)).select_from(narrowed(table, "patient", id_elements))


_OF_GOALS = ("patient", "goal", "status", "level", "next_review_on", "last_entry_on", "setbacks")
_GOALS_ASKED = (
    select(*(_GOALS.c[name] for name in _OF_GOALS), _GOALS.c.diary, _DOCUMENTS.c.facts, _DOCUMENTS.c.document)
    .select_from(narrowed(_GOALS, "patient", id_elements).join(_DOCUMENTS, of_the_goal(_DOCUMENTS, _GOALS)))
    .where(is_open(_GOALS))
)
_SINCE = bindparam("since", type_=Date)
_ENTRIES_ASKED = select(*(_ENTRIES.c[name] for name in Entry._fields)).select_from(
    of_each(_ENTRIES, "patient", id_elements, _ENTRIES.c.day.between(_SINCE, bindparam("until", type_=Date)))
)
_REVISIONS_ASKED = _asked(_REVISIONS, "patient", "goal", "version", "changes")
_WAITING_ASKED = _asked(_WAITING, *AwaitedWord._fields)
_PLANS_ASKED = _asked(_PLANS, "patient", "state")
# Moods may be told each day; of the others the first and the last are told.
_SCORES_ASKED = _asked(_MEASUREMENTS, *Score._fields).where(
    or_(_MEASUREMENTS.c.instrument != literal_column("'mood'"), _MEASUREMENTS.c.day >= _SINCE)
)
