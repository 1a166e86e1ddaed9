"""The LOINC codes of goal attainment scaling (HL7 Person-Centered Outcomes implementation guide)."""

from typing import Literal

LOINC = "http://loinc.org"
ATTAINMENT_LEVELS = {"LA34479-8": 2, "LA34480-6": 1, "LA34481-4": 0, "LA34483-0": -1, "LA34484-8": -2}
"""Answer list LL6900-6: much better than expected, better, expected outcome, less, much less than expected."""

ScoreKind = Literal["baseline", "follow_up"]
SCORES: dict[str, ScoreKind] = {
    "112296-9": "baseline",
    "107332-9": "baseline",  # in the ballot: the scale itself, and the score at the start
    "107334-5": "follow_up",  # by the patient
    "107333-7": "follow_up",  # by a practitioner
    "107331-1": "follow_up",  # by a caregiver
}
"""Codes of score Observations that focus on a Goal."""
