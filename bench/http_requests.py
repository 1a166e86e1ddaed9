"""What `cairn bench http` asks the gateway for, and where."""

from typing import Literal, get_args

from events.identity import GoalId

Reading = Literal["goal", "goals", "caseload", "reviews", "plan", "history", "audit", "fhir"]
"""One goal; its organisation's goals, caseload and reviews, 50 of each; its patient's plan; its history; what was done
about its patient; a search for its patient's goals as FHIR R4."""
READINGS: tuple[Reading, ...] = get_args(Reading)
Request = Literal[Reading, "submit"]
"""A reading, or an entry that is to be recorded."""
REQUESTS: tuple[Request, ...] = (*READINGS, "submit")
"""In the order in which they are measured. Submitting comes last, because the log grows with it."""
LIST_ITEMS = 50


def path(reading: Reading, goal_id: GoalId) -> str:
    """Where it is read; the same for every goal where it is about an organisation."""
    org, patient, goal = goal_id
    match reading:
        case "goal":
            return f"/v1/orgs/{org}/patients/{patient}/goals/{goal}"
        case "plan":
            return f"/v1/orgs/{org}/patients/{patient}/plan"
        case "history":
            return f"/v1/orgs/{org}/patients/{patient}/goals/{goal}/history"
        case "audit":
            return f"/v1/orgs/{org}/audit?patient={patient}"
        case "fhir":
            return f"/fhir/R4/Goal?patient={org}.{patient}"
        case _:
            return f"/v1/orgs/{org}/{reading}?limit={LIST_ITEMS}"
