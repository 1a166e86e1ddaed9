"""The LOINC codes of goal attainment scaling (HL7 Person-Centered Outcomes implementation guide)."""

from typing import Literal

LOINC = "http://loinc.org"
ATTAINMENT_LEVELS = {"LA34479-8": 2, "LA34480-6": 1, "LA34481-4": 0, "LA34483-0": -1, "LA34484-8": -2}
"""Answer list LL6900-6: much better than expected, better, expected outcome, less, much less than expected."""
LEVEL_ANSWERS: dict[int, tuple[str, str]] = {
    2: ("LA34479-8", "Much better than expected"),
    1: ("LA34480-6", "Better than expected"),
    0: ("LA34481-4", "Expected outcome"),
    -1: ("LA34483-0", "Less than expected"),
    -2: ("LA34484-8", "Much less than expected"),
}
"""The same from level to answer, each with LOINC's display."""

ScoreKind = Literal["baseline", "follow_up"]
BASELINE_SCORE = "112296-9"
PATIENT_SCORE = "107334-5"
PRACTITIONER_SCORE = "107333-7"
CAREGIVER_SCORE = "107331-1"
SCORES: dict[str, ScoreKind] = {
    BASELINE_SCORE: "baseline",
    "107332-9": "baseline",  # in the ballot: the scale itself, and the score at the start
    PATIENT_SCORE: "follow_up",
    PRACTITIONER_SCORE: "follow_up",
    CAREGIVER_SCORE: "follow_up",
}
"""Codes of score Observations that focus on a Goal."""
