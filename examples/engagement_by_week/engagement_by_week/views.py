"""What SQL dashboards read of engagement."""

from engagement_by_week.queries import weeks
from projections.engine.projection import Tables, View, Views

_WEEK = {
    "org": "The organisation.",
    "patient": "The patient's opaque id.",
    "week": "The Monday on which the ISO week begins.",
    "entries": "Diary entries about days of the week.",
    "days_with_entry": "On how many of its days there is one; nothing is known of the others.",
    "setbacks": "Entries that tell of a setback.",
    "week_before": "The last week before it with an entry; null for the first. Nothing is known of those between.",
    "attendance_told": "Entries about goals of the life area attendance that say either way.",
    "attendance_done": "Those of them that say done.",
}


def views(build: Tables, dialect: str) -> Views:
    """`v_engagement_by_week`."""
    return {"v_engagement_by_week": View("Each week in which a patient entered something.", _WEEK, weeks(build))}
