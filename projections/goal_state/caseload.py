"""The caseload of a clinic: every patient in treatment, and what asks for attention, the most pressing first (S58).

The order depends on the day, and the rows of patients (`projections.goal_state.caseload_rows`) do not. They are in the
order of the most pressing reason that depends on no day, and then of the next review. For each reason in turn, the
patients who have it on the day, and none that is more pressing, are a part of a few stretches of that order.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from pydantic_core import to_json
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Date,
    SmallInteger,
    String,
    and_,
    bindparam,
    case,
    column,
    literal_column,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.types import TypeEngine

from events.time_zones import UTC_ZONE
from projections.engine.clinic_day import clinic_days, day_parameters, parameter_of_day
from projections.engine.paging import AnySelect, Json, Place, WrittenPage, paged_rows, without_index
from projections.engine.statements import Values, fetch
from projections.goal_state.caseload_needs import NEEDS, NO_NEED, NO_REVIEW, OVER, Need
from projections.goal_state.caseload_reasons import Looked, Reasons, reasons, silent_before
from projections.goal_state.filters import CaseloadFilter
from projections.goal_state.quarantined import quarantined_by_patient
from projections.goal_state.tables import tables

_CASELOAD, _PLANS = tables()["caseload"], tables()["plans"]
_EVERYBODY = CaseloadFilter()
_SILENT = "silent_"
_AFTER = ("after_need", "after_next_review_on", "after_patient")


_TOLD = (
    *("patient", "next_review_on", "time_zone", "clinician", "setting", "plan_status", "last_entry_on"),
    *("waiting_for_patient", "waiting_for_clinician", "open_goals", "active_goals", "setbacks_since_review"),
    *("raise_at_next_session", "agreements_entered", "goals", "awaited"),
)
"""What is read of a row, behind the place of its patient's most pressing reason."""


def caseload(
    connection: Connection,
    org: str,
    filters: CaseloadFilter = _EVERYBODY,
    *,
    now: datetime,
    limit: int = 100,
    cursor: str | None = None,
) -> WrittenPage:
    """The patients of an organisation who have an open plan or an open goal: `items` and `next`.

    Who needs attention most comes first: by the most pressing reason in the order of
    :data:`~projections.goal_state.caseload_needs.NEEDS`, then by the earliest next review, then by the patient's id.
    Patients without a reason come last. A page goes on behind the last patient of the page before; a patient whose
    needs change between two pages may move. What a page costs does not grow with the clinic while it ends among those
    whose reason is told by what was added up (all but silence).

    An item has `org`, `patient`, `clinician`, `setting`, `plan_status`, `need` (the most pressing reason, or null),
    `reasons` (:class:`~projections.goal_state.caseload_reasons.Reasons`), and, over the patient's open goals:
    `open_goals`, `active_goals`, `overdue` and `due` (reviews), `next_review_on`, `waiting` and `waiting_for`
    (`patient`, `clinician`), `setbacks_since_review`, `raise_at_next_session` (goals), `agreements_entered` (goals to
    which somebody else entered the patient's agreement), `last_entry_on` and
    `days_since_last_entry`, which are null while nothing was entered: unknown, not zero. `quarantined` lists the
    patient's goals, and the plan, of which the log has more (`quarantined_by_patient`).

    Args:
        now: Tells today's date in each plan's time zone, unless the filter has a day.

    Raises:
        BadCursor: when the cursor is not from this list.
    """
    days: Mapping[str, date] = {UTC_ZONE: filters.day} if filters.day else clinic_days(connection, _PLANS, org, now)
    clinic = _Clinic(connection, org, days)

    def rows(last: Place | None, most: int) -> Sequence[Values]:
        if filters.clinician is not None:
            return clinic.patients_of(filters.clinician, last, most)
        return clinic.patients(last, most)

    page, following = paged_rows(rows, of="caseload", kinds=(int, date, str), key=_place, limit=limit, cursor=cursor)
    quarantined = quarantined_by_patient(connection, org, {row[1] for row in page})
    items = [
        _written(org, row, clinic.looked(row[3]), behind)
        if (behind := quarantined.get(row[1]))
        else _usually_written(org, row, clinic.looked(row[3]))
        for row in page
    ]
    return WrittenPage.of(items, following, (row[1] for row in page))


class _Clinic:
    """An organisation, as it is looked at on one day, or today."""

    def __init__(self, connection: Connection, org: str, days: Mapping[str, date]):
        self._connection = connection
        self._org = org
        self._looked = {zone: Looked(day, zone) for zone, day in days.items()}
        self._utc = self._looked[UTC_ZONE]
        # Where it is the same day everywhere, time zones need not be told apart.
        apart = days if len(set(days.values())) > 1 else {UTC_ZONE: self._utc.day}
        # No review is due on the day that stands for none.
        apart = {zone: min(day, NO_REVIEW - timedelta(days=1)) for zone, day in apart.items()}
        silent = day_parameters({zone: silent_before(day) for zone, day in apart.items()})
        self._zones = tuple(sorted(apart))
        self._asked = {
            "org": org,
            "first_day": min(apart.values()),
            "last_day": max(apart.values()),
            **day_parameters(apart),
            **{f"{_SILENT}{name}": day for name, day in silent.items()},
        }

    def looked(self, zone: str | None) -> Looked:
        """From where a patient is looked at whose plan has this time zone."""
        if zone is None:
            return self._utc
        found = self._looked.get(zone)
        return found if found is not None else Looked(self._utc.day, zone)

    def patients(self, last: Place | None, most: int) -> Sequence[Values]:
        """At most so many, from behind a place on."""
        found: list[Values] = []
        for part in _PARTS:
            if last is not None and part.place < last[0]:
                continue
            after = {} if last is None or part.place > last[0] else dict(zip(_AFTER[1:], last[1:], strict=True))
            query = _of_part(part, self._zones, after=bool(after))
            asked = {**self._asked, **after, "most": most - len(found)}
            found += fetch(self._connection, query, asked)
            if len(found) >= most:
                break
        return found

    def patients_of(self, clinician: str, last: Place | None, most: int) -> Sequence[Values]:
        """The same of the patients of one clinician, who are few."""
        after = {} if last is None else dict(zip(_AFTER, last, strict=True))
        asked = {**self._asked, **after, "clinician": clinician, "most": most}
        return fetch(self._connection, _of_clinician(self._zones, after=bool(after)), asked)


_When = Literal["whenever", "overdue", "not overdue", "due", "silent", "neither"]
"""What a review or a silence must be on the day."""


class _Part(NamedTuple):
    """Those who have one need, and none that is more pressing.

    Attributes:
        place: Of that need.
        needs: What of them depends on no day; see the column `need`.
        when: And what does.
    """

    place: int
    needs: tuple[int, ...]
    when: _When


def _parts() -> Sequence[_Part]:
    by_day: Mapping[Need, _When] = {"review_overdue": "overdue", "review_due": "due", "no_entry": "silent"}
    standing = [place for place in range(OVER) if place == NO_NEED or NEEDS[place] not in by_day]
    found = []
    for place in range(OVER):
        when = by_day.get(NEEDS[place]) if place < NO_NEED else None
        if when is not None:
            found.append(_Part(place, tuple(each for each in standing if each > place), when))
        else:
            before = {by_day[each] for each in NEEDS[:place] if each in by_day}
            unless: _When = "neither" if "silent" in before else "not overdue" if before else "whenever"
            found.append(_Part(place, (place,), unless))
    return found


_PARTS = _parts()
"""The list, by the place of the need."""


# Putting a query together takes longer than to answer it.
@lru_cache(maxsize=256)
def _of_part(part: _Part, zones: tuple[str, ...], *, after: bool) -> CompoundSelect[*tuple[Any, ...]]:
    """One stretch of the order for each need: an index has each of them sorted, and no more is read than is wanted."""
    condition = _on_the_day(part.when, zones)
    if after:
        order = tuple_(_CASELOAD.c.next_review_on, _CASELOAD.c.patient)
        condition = and_(condition, order > tuple_(*_places_after()[1:]))
    place = literal_column(str(part.place), SmallInteger).label("place")
    order_of_index = (_CASELOAD.c.next_review_on, _CASELOAD.c.patient)
    stretches = [
        select(place, *(_CASELOAD.c[name] for name in _TOLD))
        .where(_CASELOAD.c.org == bindparam("org"), _CASELOAD.c.need == literal_column(str(need)), condition)
        .order_by(*order_of_index)
        .limit(bindparam("most"))
        .subquery()
        for need in part.needs
    ]
    found = union_all(*(select(stretch) for stretch in stretches))
    return found.order_by(column("next_review_on"), column("patient")).limit(bindparam("most"))


@lru_cache(maxsize=64)
def _of_clinician(zones: tuple[str, ...], *, after: bool) -> AnySelect:
    need = _CASELOAD.c.need
    day_needs: tuple[tuple[_When, Need], ...] = (
        ("overdue", "review_overdue"),
        ("due", "review_due"),
        ("silent", "no_entry"),
    )
    by_day = [(_is(when, zones), NEEDS.index(each)) for when, each in day_needs]
    place = case(*((and_(need > there, condition), there) for condition, there in by_day), else_=need).label("place")
    order = (place, _CASELOAD.c.next_review_on, _CASELOAD.c.patient)
    of_clinician = select(_PLANS.c.patient).where(
        _PLANS.c.org == bindparam("org"), _PLANS.c.clinician == bindparam("clinician")
    )
    query = select(place, *(_CASELOAD.c[name] for name in _TOLD)).where(
        _CASELOAD.c.org == bindparam("org"), _CASELOAD.c.patient.in_(of_clinician), without_index(need) < OVER
    )
    if after:
        query = query.where(tuple_(*order) > tuple_(*_places_after()))
    return query.order_by(*order).limit(bindparam("most"))


def _on_the_day(when: _When, zones: tuple[str, ...]) -> ColumnElement[bool]:
    """What a row meets on the day."""
    # Where time zones are told apart, an index finds what is so for all of them together.
    together = len(zones) > 1
    review = _CASELOAD.c.next_review_on
    first, last = bindparam("first_day", type_=Date), bindparam("last_day", type_=Date)
    overdue, due, silent = _is("overdue", zones), _is("due", zones), _is("silent", zones)
    match when:
        case "whenever":
            return true()
        case "overdue":
            return and_(overdue, review < last) if together else overdue
        case "due":
            # For a day that it takes for the same in all rows, SQLite sorts them again.
            return and_(due, review.between(first, last)) if together else review.between(first, last)
        case "not overdue":
            return and_(~overdue, review >= first) if together else ~overdue
        case "silent" | "neither":
            later = and_(~overdue, ~due, review >= first) if together else and_(~overdue, ~due)
            return and_(later, silent if when == "silent" else or_(_CASELOAD.c.silent_since.is_(None), ~silent))


def _is(when: _When, zones: tuple[str, ...]) -> ColumnElement[bool]:
    today = parameter_of_day(_CASELOAD, zones)
    match when:
        case "overdue":
            return _CASELOAD.c.next_review_on < today
        case "due":
            return _CASELOAD.c.next_review_on == today
        case "silent":
            return _CASELOAD.c.silent_since <= parameter_of_day(_CASELOAD, zones, _SILENT)
        case _:
            raise ValueError(when)


def _places_after() -> Sequence[ColumnElement[Any]]:  # Any: of several types
    types: tuple[TypeEngine[Any], ...] = (SmallInteger(), Date(), String())
    return [bindparam(name, type_=of) for name, of in zip(_AFTER, types, strict=True)]


def _place(row: Values) -> Place:
    place, patient, next_review_on, *_ = row
    return place, next_review_on, patient


def _written(org: str, row: Values, looked: Looked, quarantined: Sequence[Json] = ()) -> str:
    place, patient, next_review_on, _, clinician, setting, plan_status, last_entry_on, *counted, goals, awaited = row
    for_patient, for_clinician, open_goals, active_goals, setbacks, raised, agreements = counted
    day = looked.day
    why = reasons(goals, awaited, looked) if place < NO_NEED else _NO_REASONS
    next_review = None if next_review_on == NO_REVIEW else next_review_on.isoformat()
    last_entry, since = (last_entry_on.isoformat(), (day - last_entry_on).days) if last_entry_on else (None, "null")
    return (
        f'{{"org":"{org}","patient":"{patient}","clinician":{_json(clinician)},"setting":{_token(setting)},'
        f'"plan_status":{_token(plan_status)},"day":"{day.isoformat()}","open_goals":{open_goals},'
        f'"active_goals":{active_goals},"overdue":{why.overdue},"due":{why.due},"setbacks_since_review":{setbacks},'
        f'"raise_at_next_session":{raised},"agreements_entered":{agreements},"next_review_on":{_token(next_review)},'
        f'"waiting":{for_patient + for_clinician},"waiting_for":'
        f'{{"patient":{for_patient},"clinician":{for_clinician}}},"last_entry_on":{_token(last_entry)},'
        f'"days_since_last_entry":{since},"need":{_NEEDS[place]},'
        f'"reasons":{why.json},"quarantined":{_json(quarantined) if quarantined else "[]"}}}'
    )


@lru_cache(maxsize=2048)  # A dashboard shows the same patients again and again, and most are as they were.
def _usually_written(org: str, row: Values, looked: Looked) -> str:
    return _written(org, row, looked)


_NO_REASONS = Reasons()
_NEEDS = (*(f'"{need}"' for need in NEEDS), "null")


def _token(value: str | None) -> str:
    """Of what needs no escaping."""
    return "null" if value is None else f'"{value}"'


def _json(value: object) -> str:
    return to_json(value).decode()
