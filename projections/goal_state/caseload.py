"""The caseload of a clinic: every patient in treatment, and what asks for attention, the most pressing first (S58)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Date, Subquery, func, literal, select

from events.goal.flags import SILENT_AFTER
from events.time_zones import time_zone
from projections.engine.clinic_day import clinic_day
from projections.engine.paging import AnyRow, Json, read_page
from projections.goal_state.caseload_reasons import NEEDS, Looked, need, reasons
from projections.goal_state.caseload_rows import caseload_rows, patients_in_treatment, silent_goals
from projections.goal_state.filters import CaseloadFilter
from projections.goal_state.quarantined import quarantined_by_patient
from projections.goal_state.tables import tables

_TABLES = tables()
_PLANS = _TABLES["plans"]
_EVERYBODY = CaseloadFilter()
_COUNTED = (
    *("open_goals", "active_goals", "overdue", "due", "setbacks_since_review", "raise_at_next_session"),
    "agreements_entered",
)


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
    needs change between two pages may move.

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
    by_need = _by_need(connection, org, filters, now)

    def read(page: Sequence[AnyRow]) -> list[Json]:
        zones = {row.patient: time_zone(row.time_zone or "UTC") for row in page}
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

    order = (by_need.c.need, by_need.c.soonest, by_need.c.patient)
    return read_page(connection, select(by_need), of="caseload", order=order, read=read, limit=limit, cursor=cursor)


def _by_need(connection: Connection, org: str, filters: CaseloadFilter, now: datetime) -> Subquery:
    """The rows of a caseload with what they are ordered by."""

    def day(before: timedelta) -> ColumnElement[date]:
        if filters.day:
            return literal(max(filters.day, date.min + before) - before, Date)
        return clinic_day(connection, _PLANS, org, now, before=before)

    rows = caseload_rows(_TABLES, patients_in_treatment(_TABLES, org), day(timedelta()))
    rows = rows.add_columns(silent_goals(_TABLES["goals"], day(SILENT_AFTER)).label("silent"), _PLANS.c.time_zone)
    if filters.clinician is not None:
        rows = rows.where(_PLANS.c.clinician == filters.clinician)
    counted = rows.subquery("counted")
    soonest = func.coalesce(counted.c.next_review_on, literal(date.max, Date))
    return select(*counted.c, need(counted).label("need"), soonest.label("soonest")).subquery("by_need")


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
