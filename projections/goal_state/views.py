"""What SQL dashboards read of goals and patients."""

from sqlalchemy import ColumnElement, and_, case, func, select

from events.goal.state import OPEN
from projections.engine.projection import Tables, View, Views
from projections.engine.views import in_json, is_quarantined, number, today

_GOAL = {
    "org": "The organisation.",
    "patient": "The patient's opaque id.",
    "goal": "The goal's id.",
    "status": "proposed, contested, agreed, active, held, closed, or entered_in_error.",
    "outcome": "achieved, partially_achieved, not_achieved, retired or replaced; null while it is open.",
    "statement": "The goal in the patient's own words.",
    "wording": "How it is put now, where that differs.",
    "kind": "outcome or process; null where nobody has said.",
    "horizon": "long_term or short_term; null where nobody has said.",
    "life_area": "Which part of life it is about: family, work, coping, attendance, sobriety, health or other.",
    "framework": "smart, gas, both, or none while it is in own words only.",
    "awaiting_agreement": "Whose agreement is outstanding: patient, clinician, both with a comma, or empty.",
    "own_words": "Whether the statement came from the patient; null where nobody knows.",
    "measurable": "Whether nothing is missing in its definition; a plan in simplified language asks for less.",
    "level": "The latest GAS attainment level, -2 to 2; null while none was told.",
    "next_review_on": "The day of the next review; null when none is set.",
    "last_entry_on": "The latest day that a diary entry is about; null while there is none.",
    "setbacks_since_review": "Diary entries that tell of a setback which no review has looked at yet.",
    "raise_at_next_session": "Whether it is to be talked about at the next session.",
    "version": "How many events the goal has.",
    "position": "Where in the log the latest one is.",
    "recorded_at": "When that one was recorded.",
    "held": "Whether later events of it could not be taken in yet, and wait in quarantine.",
}
_PATIENT = {
    "org": "The organisation.",
    "patient": "The patient's opaque id.",
    "clinician": "Who leads the plan; null without a plan.",
    "setting": "residential, day or outpatient; null where the plan does not say.",
    "plan_status": "open or closed; null without a plan.",
    "open_goals": "Goals that are neither closed nor entered in error; the columns below are about these.",
    "active_goals": "Goals that are being worked on.",
    "overdue": "Goals whose review was due before today.",
    "due": "Goals whose review is due today.",
    "next_review_on": "The day of the earliest next review; null when none is set.",
    "setbacks_since_review": "Diary entries that tell of a setback which no review has looked at yet.",
    "raise_at_next_session": "Goals that are to be talked about at the next session.",
    "waiting_for_patient": "Words of the patient that are awaited: agreements, and answers to change requests.",
    "waiting_for_clinician": "Words of the clinician that are awaited; answers to contests are among them.",
    "last_entry_on": "The latest day that a diary entry is about; null while there is none.",
}


def views(its: Tables, dialect: str) -> Views:
    """`v_goal_current` and `v_caseload`."""
    return {"v_goal_current": _goal_current(its, dialect), "v_caseload": _caseload(its, dialect)}


def _goal_current(its: Tables, dialect: str) -> View:
    goals, plans = its["goals"], its["plans"]
    of_the_patient = and_(plans.c.org == goals.c.org, plans.c.patient == goals.c.patient)
    told = {
        "statement": in_json(goals.c.state, "statement", dialect),
        "wording": in_json(goals.c.state, "wording", dialect),
        "framework": case({"": "none", "smart,gas": "both"}, value=goals.c.framework, else_=goals.c.framework),
        "awaiting_agreement": goals.c.awaiting,
        "setbacks_since_review": goals.c.setbacks,
        # What is asked of a definition is less for a plan in simplified language.
        "measurable": case((plans.c.simplified, goals.c.measurable_simplified), else_=goals.c.measurable),
        "held": is_quarantined("goal_state", goals),
    }
    columns = [(told[name] if name in told else goals.c[name]).label(name) for name in _GOAL]
    query = select(*columns).select_from(goals.outerjoin(plans, of_the_patient))
    return View("Each goal as it is now.", _GOAL, query)


def _caseload(its: Tables, dialect: str) -> View:
    goals, plans, waiting = its["goals"], its["plans"], its["waiting"]
    is_open = goals.c.status.in_(sorted(OPEN))
    with_plan = select(plans.c.org, plans.c.patient).where(plans.c.status == "open")
    patients = with_plan.union(select(goals.c.org, goals.c.patient).where(is_open)).subquery("patients")
    on = today(plans, dialect)

    def waiting_for(role: str) -> ColumnElement[int]:
        its_own = and_(waiting.c.org == patients.c.org, waiting.c.patient == patients.c.patient)
        return select(func.count()).where(its_own, waiting.c.role == role).correlate(patients).scalar_subquery()

    told = {
        "plan_status": plans.c.status,
        "clinician": plans.c.clinician,
        "setting": plans.c.setting,
        "open_goals": func.count(goals.c.goal),
        "active_goals": func.sum(number(goals.c.status == "active")),
        "overdue": func.sum(number(goals.c.next_review_on < on)),
        "due": func.sum(number(goals.c.next_review_on == on)),
        "next_review_on": func.min(goals.c.next_review_on),
        "setbacks_since_review": func.coalesce(func.sum(goals.c.setbacks), 0),
        "raise_at_next_session": func.sum(number(goals.c.raise_at_next_session)),
        "waiting_for_patient": waiting_for("patient"),
        "waiting_for_clinician": waiting_for("clinician"),
        "last_entry_on": func.max(goals.c.last_entry_on),
    }
    of_the_plan = and_(plans.c.org == patients.c.org, plans.c.patient == patients.c.patient)
    of_the_goals = and_(goals.c.org == patients.c.org, goals.c.patient == patients.c.patient, is_open)
    query = (
        select(*((told[name] if name in told else patients.c[name]).label(name) for name in _PATIENT))
        .select_from(patients.outerjoin(plans, of_the_plan).outerjoin(goals, of_the_goals))
        .group_by(patients.c.org, patients.c.patient, plans.c.clinician, plans.c.setting, plans.c.status)
    )
    return View("Each patient with an open plan or goal, and what asks for attention.", _PATIENT, query)
