"""What SQL dashboards read of reviews."""

from sqlalchemy import select

from projections.engine.projection import Tables, View, Views
from projections.engine.views import is_quarantined, today
from projections.review_schedule.review_columns import due_status, reviews_beside_plans

_REVIEW = {
    "org": "The organisation.",
    "patient": "The patient's opaque id.",
    "goal": "The goal's id.",
    "due_on": "The day of the goal's next review.",
    "status": "upcoming, due or overdue today.",
    "cause": "Why it is on that day: initial, routine, setback, motivation, requested or moved.",
    "goal_status": "proposed, contested, agreed, active, held, closed, or entered_in_error.",
    "statement": "The goal as it was first put.",
    "wording": "How it is put now, where that differs.",
    "clinician": "Who leads the plan; null without a plan.",
    "time_zone": "The plan's time zone; null without a plan.",
    "position": "Where in the log the latest event is that this tells of.",
    "quarantined": "Whether later events of the goal could not be taken in yet, and wait in quarantine.",
    "moved_from": "The day that it was on before, where it was moved; null where it was not.",
    "own_words": "Whether the statement came from the patient; null where nobody knows.",
}


def views(tables: Tables, dialect: str) -> Views:
    """`v_reviews`."""
    reviews, plans = tables["reviews"], tables["plans"]
    derived = {
        "status": due_status(reviews, today(plans, dialect)),
        "clinician": plans.c.clinician,
        "time_zone": plans.c.time_zone,
        "quarantined": is_quarantined("review_schedule", reviews),
    }
    columns = [(derived[name] if name in derived else reviews.c[name]).label(name) for name in _REVIEW]
    query = select(*columns).select_from(reviews_beside_plans(tables))
    return {"v_reviews": View("The next review of each goal that has one.", _REVIEW, query)}
