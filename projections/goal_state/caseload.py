"""The caseload of a clinic: every patient in treatment, and what asks for attention, the most pressing first (S58).

The order is by what is known only once a patient's goals are put together, and it depends on the day. So a page is not
one query over all patients: for each reason in turn, the patients who may have it are found by its index, and of these
those are taken who have no more pressing one.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import count
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Date,
    FromClause,
    Subquery,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
)

from events.goal.flags import SILENT_AFTER
from events.identity import PLAN, GoalId
from events.time_zones import UTC_ZONE, time_zone
from projections.engine.clinic_day import clinic_days
from projections.engine.key_lookup import PATIENT, wanted, wanted_keys
from projections.engine.paging import AnyRow, AnySelect, Json, Place, paged
from projections.engine.plan_join import of_the_patient
from projections.goal_state.caseload_reasons import NEEDS, Looked, Need, need, reasons
from projections.goal_state.caseload_rows import caseload_rows, is_open, patients_in_treatment, silent_goals
from projections.goal_state.filters import CaseloadFilter
from projections.goal_state.quarantined import quarantined_by_patient
from projections.goal_state.tables import has_setbacks, tables

_TABLES = tables()
_GOALS, _PLANS, _WAITING = (_TABLES[name] for name in ("goals", "plans", "waiting"))
_EVERYBODY = CaseloadFilter()
_COUNTED = (
    *("open_goals", "active_goals", "overdue", "due", "setbacks_since_review", "raise_at_next_session"),
    "agreements_entered",
)
_ORG: BindParameter[str] = bindparam("org")
_GOALS_AT_ONCE = 2
"""How many times the page as many goals are looked at together: some patients have several with a review in a row."""


def caseload(
    connection: Connection,
    org: str,
    filters: CaseloadFilter = _EVERYBODY,
    *,
    now: datetime,
    limit: int = 100,
    cursor: str | None = None,
) -> Json:
    """The patients of an organisation who have an open plan or an open goal: `items` and `next`.

    Who needs attention most comes first: by the most pressing reason in the order of
    :data:`~projections.goal_state.caseload_reasons.NEEDS`, then by the earliest next review, then by the patient's id.
    Patients without a reason come last. A page goes on behind the last patient of the page before; a patient whose
    needs change between two pages may move. What a page costs does not grow with the clinic while it ends among those
    who have a reason that has an index (all but silence, and what the patient is waited for).

    An item has `org`, `patient`, `clinician`, `setting`, `plan_status`, `need` (the most pressing reason, or null),
    `reasons` (:func:`~projections.goal_state.caseload_reasons.reasons`), and, over the patient's open goals:
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

    def fetch(last: Place | None, most: int) -> Sequence[AnyRow]:
        found: list[AnyRow] = []
        steps = clinic.steps() if filters.clinician is None else clinic.steps_of(filters.clinician)
        for step in steps:
            if last is None or last[0] in step.needs:
                found += step.rows(last, most - len(found))
            elif last[0] < step.needs.start:
                found += step.rows(None, most - len(found))
            if len(found) >= most:
                break
        return found

    def read(page: Sequence[AnyRow]) -> list[Json]:
        zones = {row.patient: time_zone(row.time_zone or UTC_ZONE) for row in page}
        looked = {patient: Looked(filters.day or now.astimezone(zone).date(), zone) for patient, zone in zones.items()}
        why = reasons(connection, org, looked)
        quarantined = quarantined_by_patient(connection, org, looked.keys())
        return [
            {
                **_read(row, looked[row.patient].day),
                "need": NEEDS[row.need] if row.need < len(NEEDS) else None,
                "reasons": why.get(row.patient, []),
                "quarantined": quarantined.get(row.patient, []),
            }
            for row in page
        ]

    return paged(fetch, of="caseload", kinds=(int, date, str), key=_place, read=read, limit=limit, cursor=cursor)


class _Step(NamedTuple):
    """A part of the list.

    Attributes:
        needs: Whom it has: the places in :data:`NEEDS` of their most pressing reasons.
        rows: From the place of the last row that was told, where that is in this part, to at most so many more rows.
    """

    needs: range
    rows: Callable[[Place | None, int], Sequence[AnyRow]]


class _Clinic:
    """An organisation, as it is looked at on one day, or today."""

    def __init__(self, connection: Connection, org: str, days: Mapping[str, date]):
        self._connection = connection
        self._org = org
        self._days = days

    def steps(self) -> Iterator[_Step]:
        """The list in its parts, one after the other."""
        by_review: tuple[Need, ...] = ("review_overdue", "review_due")
        for place, why in enumerate(NEEDS):
            if why in by_review:
                yield _Step(range(place, place + 1), self._by_review(place, why))
            elif why in _MAY_HAVE:
                yield _Step(range(place, place + 1), self._among(_MAY_HAVE[why], range(place, place + 1)))
            else:
                rest = range(place, len(NEEDS) + 1)
                yield _Step(rest, self._among(_IN_TREATMENT, rest))
                return

    def steps_of(self, clinician: str) -> Iterator[_Step]:
        """The same of the patients of one clinician, who are few."""
        everyone = range(len(NEEDS) + 1)
        yield _Step(everyone, self._among(_OF_CLINICIAN, everyone, clinician=clinician))

    def _among(
        self, patients: FromClause, needs: range, **values: object
    ) -> Callable[[Place | None, int], Sequence[AnyRow]]:
        def rows(last: Place | None, most: int) -> Sequence[AnyRow]:
            return self._rows(patients, needs, last, most, **values)

        return rows

    def _by_review(self, place: int, why: Need) -> Callable[[Place | None, int], Sequence[AnyRow]]:
        """They come in the order of their next reviews, and so do goals by an index; only the first are looked at."""
        overdue = why == "review_overdue"
        days = self._days.values()
        from_, to = (date.min if overdue else min(days)), max(days)

        def rows(last: Place | None, most: int) -> Sequence[AnyRow]:
            found: list[AnyRow] = []
            behind: Place = (place, from_, "") if last is None else last
            for size in count(most * _GOALS_AT_ONCE, most * _GOALS_AT_ONCE):
                key = {"org": self._org, "day": behind[1], "patient": behind[2], "to": to, "most": size}
                goals = self._connection.execute(_REVIEWS, key).all()
                if goals:
                    patients = {GoalId(self._org, goal.patient, PLAN) for goal in goals}
                    asked = wanted(sorted(patients), PATIENT)
                    needs = range(place, place + 1)
                    found += self._rows(wanted_keys(PATIENT), needs, behind, most - len(found), **asked)
                if len(goals) < size or len(found) >= most:
                    return found
                behind = (place, goals[-1].next_review_on, goals[-1].patient)
            return found

        return rows

    def _rows(
        self, patients: FromClause, needs: range, last: Place | None, most: int, **values: object
    ) -> Sequence[AnyRow]:
        zones = tuple(sorted(self._days.keys() - {UTC_ZONE}))
        one_need = len(needs) == 1
        after = dict(zip(_AFTER, last, strict=True)) if last is not None else {}
        days = {name: self._days[zone] for zone, name in _names_of_days(zones)}
        silent = {f"{_SILENT}{name}": max(day, date.min + SILENT_AFTER) - SILENT_AFTER for name, day in days.items()}
        asked = {"first": needs.start, "most": most}
        looked_from = {**days, **silent, "org": self._org}
        places = _places(patients, zones, one_need=one_need, after=bool(after))
        found = self._connection.execute(places, {**asked, **looked_from, **after, **values}).all()
        if not found:
            return found
        these = wanted((GoalId(self._org, row.patient, PLAN) for row in found), PATIENT)
        return self._connection.execute(_whole_rows(zones), {**looked_from, **these}).all()


_SILENT = "silent_"
_AFTER = ("after_need", "after_soonest", "after_patient")


def _names_of_days(zones: Sequence[str]) -> list[tuple[str, str]]:
    """Zones, with the names of the parameters that have their days."""
    return [(UTC_ZONE, "today"), *((zone, f"today_{number}") for number, zone in enumerate(zones))]


# Putting a statement together takes longer than most answers to it.
@lru_cache(maxsize=256)
def _places(patients: FromClause, zones: tuple[str, ...], *, one_need: bool, after: bool) -> AnySelect:
    """Some patients in the order of the list, as far as they have one need, or a less pressing one as well.

    Nothing is added up but what decides about that, and of one need it is not told by which patients are ordered.
    """
    by_need = _by_need(patients, zones)
    order = _in_order(by_need)[1 if one_need else 0 :]
    first: BindParameter[int] = bindparam("first")
    query = select(*order).where(by_need.c.need == first if one_need else by_need.c.need >= first)
    if after:
        place = (bindparam(name, type_=by_need.c[name.removeprefix("after_")].type) for name in _AFTER[-len(order) :])
        query = query.where(tuple_(*order) > tuple_(*place))
    return query.order_by(*order).limit(bindparam("most"))


@lru_cache(maxsize=64)
def _whole_rows(zones: tuple[str, ...]) -> AnySelect:
    """The rows of some patients, in the order of the list."""
    by_need = _by_need(wanted_keys(PATIENT), zones)
    return select(by_need).order_by(*_in_order(by_need))


def _by_need(patients: FromClause, zones: tuple[str, ...]) -> Subquery:

    def day(kind: str = "") -> ColumnElement[date]:
        (_, utc), *others = ((zone, bindparam(f"{kind}{name}", type_=Date)) for zone, name in _names_of_days(zones))
        return case(dict(others), value=_PLANS.c.time_zone, else_=utc) if others else utc

    rows = caseload_rows(_TABLES, patients, day())
    counted = rows.add_columns(
        silent_goals(_TABLES, patients, day(_SILENT)).label("silent"), _PLANS.c.time_zone
    ).subquery("counted")
    soonest = func.coalesce(counted.c.next_review_on, literal(date.max, Date))
    return select(*counted.c, need(counted).label("need"), soonest.label("soonest")).subquery("by_need")


def _place(row: AnyRow) -> Place:
    return row.need, row.soonest, row.patient


def _in_order(rows: FromClause) -> tuple[ColumnElement[Any], ...]:  # Any: of several types
    return rows.c.need, rows.c.soonest, rows.c.patient


_IN_TREATMENT = patients_in_treatment(_TABLES, _ORG)
_OF_ORG = select(_GOALS.c.org, _GOALS.c.patient).where(_GOALS.c.org == _ORG).distinct()
_MAY_HAVE: Mapping[Need, FromClause] = {
    "setback": _OF_ORG.where(has_setbacks(_GOALS)).subquery("patients"),
    "motivation_dip": _OF_ORG.where(_GOALS.c.raise_at_next_session).subquery("patients"),
    "waiting_for_clinician": select(_WAITING.c.org, _WAITING.c.patient)
    .where(_WAITING.c.org == _ORG, _WAITING.c.role == "clinician")
    .distinct()
    .subquery("patients"),
}
"""The patients who may have a reason, where there is an index of them."""
_THEIR_PLANS = _PLANS.alias("their_plans")
_OF_CLINICIAN = (
    select(_THEIR_PLANS.c.org, _THEIR_PLANS.c.patient)
    .where(
        _THEIR_PLANS.c.org == _ORG,
        _THEIR_PLANS.c.clinician == bindparam("clinician"),
        or_(
            _THEIR_PLANS.c.status == "open",
            exists().where(of_the_patient(_GOALS, _THEIR_PLANS), is_open(_GOALS)).correlate(_THEIR_PLANS),
        ),
    )
    .subquery("patients")
)
"""Those of one clinician's patients who are in treatment."""
_REVIEWS = (
    select(_GOALS.c.patient, _GOALS.c.next_review_on)
    .where(
        _GOALS.c.org == _ORG,
        tuple_(_GOALS.c.next_review_on, _GOALS.c.patient)
        >= tuple_(bindparam("day", type_=Date), bindparam("patient", type_=_GOALS.c.patient.type)),
        _GOALS.c.next_review_on <= bindparam("to", type_=Date),
    )
    .order_by(_GOALS.c.next_review_on, _GOALS.c.patient)
    .limit(bindparam("most"))
)


def _read(row: AnyRow, day: date) -> Json:
    last_entry_on = row.last_entry_on
    return {
        "org": row.org,
        "patient": row.patient,
        "clinician": row.clinician,
        "setting": row.setting,
        "plan_status": row.plan_status,
        "day": day.isoformat(),
        **{name: getattr(row, name) for name in _COUNTED},
        "next_review_on": _iso(row.next_review_on),
        "waiting": row.waiting_for_patient + row.waiting_for_clinician,
        "waiting_for": {"patient": row.waiting_for_patient, "clinician": row.waiting_for_clinician},
        "last_entry_on": _iso(last_entry_on),
        "days_since_last_entry": (day - last_entry_on).days if last_entry_on else None,
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
