"""Why a patient of a caseload may ask for attention, and which of these reasons is the most pressing."""

from collections.abc import Mapping
from datetime import date
from typing import Literal, get_args

Need = Literal[
    "setback",
    "review_overdue",
    "motivation_dip",
    "waiting_for_clinician",
    "review_due",
    "no_entry",
    "waiting_for_patient",
]
"""Why a goal asks for attention, the most pressing first."""
NEEDS: tuple[Need, ...] = get_args(Need)
NO_NEED, OVER = len(NEEDS), len(NEEDS) + 1
"""The places behind all of these, of patients without a reason, and of those who are no longer in treatment."""
NO_REVIEW = date.max
"""In a row of a caseload, the next review of a patient who has none."""
PLACES: Mapping[Need, int] = {
    "waiting_for_clinician": 0,
    "setback": 1,
    "motivation_dip": 1,
    "review_overdue": 2,
    "review_due": 3,
    "no_entry": 4,
    "waiting_for_patient": 5,
}
"""The places of the reasons on Today. What is the patient's to say presses nobody."""
