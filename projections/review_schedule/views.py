"""What SQL dashboards read of reviews."""

from sqlalchemy import and_, case, select

from projections.engine.projection import Tables, View, Views
from projections.engine.views import is_quarantined, today

_REVIEW = {
    "org": "The organisation.",
    "patient": "The patient's opaque id.",
    "goal": "The goal's id.",
    "due_on": "The day of the goal's next review.",
    "status": "upcoming, due or overdue today.",
    "cause": "Why it is on that day: initial, routine, setback, motivation, requested or moved.",
    "goal_status": "proposed, contested, agreed, active, held, closed, or entered_in_error.",
    "statement": "The goal in the patient's own words.",
    "wording": "How it is put now, where that differs.",
    "clinician": "Who leads the plan; null without a plan.",
    "time_zone": "The plan's time zone; null without a plan.",
    "position": "Where in the log the latest event is that this tells of.",
    "quarantined": "Whether later events of the goal could not be taken in yet, and wait in quarantine.",
}


def views(its: Tables, dialect: str) -> Views:
    """`v_reviews`."""
    reviews, plans = its["reviews"], its["plans"]
    day = today(plans, dialect)
    told = {
        "status": case((reviews.c.due_on > day, "upcoming"), (reviews.c.due_on == day, "due"), else_="overdue"),
        "clinician": plans.c.clinician,
        "time_zone": plans.c.time_zone,
        "quarantined": is_quarantined("review_schedule", reviews),
    }
    columns = [(told[name] if name in told else reviews.c[name]).label(name) for name in _REVIEW]
    of_the_patient = and_(plans.c.org == reviews.c.org, plans.c.patient == reviews.c.patient)
    query = select(*columns).select_from(reviews.outerjoin(plans, of_the_patient))
    return {"v_reviews": View("The next review of each goal that has one.", _REVIEW, query)}
