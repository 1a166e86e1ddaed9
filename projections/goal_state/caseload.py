"""The caseload of a clinic: every patient in treatment, and what asks for attention (S58)."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection, Date, literal, select

from projections.engine.clinic_day import clinic_day
from projections.engine.paging import AnyRow, Json, read_page
from projections.engine.plan_join import of_the_patient
from projections.goal_state.caseload_rows import caseload_rows, patients_in_treatment
from projections.goal_state.filters import CaseloadFilter
from projections.goal_state.quarantined import quarantined_by_patient
from projections.goal_state.tables import tables

_TABLES = tables()
_PLANS = _TABLES["plans"]
_EVERYBODY = CaseloadFilter()
_COUNTED = ("open_goals", "active_goals", "overdue", "due", "setbacks_since_review", "raise_at_next_session")


def caseload(
    connection: Connection,
    org: str,
    filters: CaseloadFilter = _EVERYBODY,
    *,
    now: datetime,
    limit: int = 100,
    cursor: str | None = None,
) -> Json:
    """The patients of an organisation who have an open plan or an open goal, by their ids: `items` and `next`.

    An item has `org`, `patient`, `clinician`, `setting`, `plan_status`, and, over the patient's open goals:
    `open_goals`, `active_goals`, `overdue` and `due` (reviews), `next_review_on`, `waiting` and `waiting_for`
    (`patient`, `clinician`), `setbacks_since_review`, `raise_at_next_session` (goals), `last_entry_on` and
    `days_since_last_entry`, which are null while nothing was entered: unknown, not zero. `quarantined` lists the
    patient's goals, and the plan, of which the log has more (`quarantined_by_patient`).

    Args:
        now: Tells today's date in each plan's time zone, unless the filter has a day.

    Raises:
        BadCursor: when the cursor is not from this list.
    """
    today = literal(filters.day, Date) if filters.day else clinic_day(connection, _PLANS, org, now)
    patients = patients_in_treatment(_TABLES, org)
    of_the_page = select(patients.c.org, patients.c.patient, today.label("today")).select_from(
        patients.outerjoin(_PLANS, of_the_patient(_PLANS, patients))
    )
    if filters.clinician is not None:
        of_the_page = of_the_page.where(_PLANS.c.clinician == filters.clinician)

    def read(page: Sequence[AnyRow]) -> list[Json]:
        days = {row.patient: row.today for row in page}
        # Only for the patients of the page is anything added up.
        some = select(patients).where(patients.c.patient.in_(sorted(days))).subquery("of_the_page")
        rows = {row.patient: row for row in connection.execute(caseload_rows(_TABLES, some, today))}
        quarantined = quarantined_by_patient(connection, org, days.keys())
        return [
            {**_read(rows[patient], day), "quarantined": quarantined.get(patient, [])} for patient, day in days.items()
        ]

    order = (patients.c.patient,)
    return read_page(connection, of_the_page, of="caseload", order=order, read=read, limit=limit, cursor=cursor)


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
