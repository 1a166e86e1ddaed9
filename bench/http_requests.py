"""What `cairn bench http` asks the gateway for, and where."""

from typing import Literal, get_args

from events.identity import GoalId

Reading = Literal["goal", "goals", "caseload", "reviews", "plan", "history", "audit", "fhir"]
"""One goal; its organisation's goals, caseload and reviews, 50 of each; its patient's plan; its history; what was done
about its patient; a search for its patient's goals as FHIR R4."""
READINGS: tuple[Reading, ...] = get_args(Reading)
Page = Literal["today-page", "patient-page", "goal-page", "reviews-page", "audit-page"]
"""What people look at: pages of an organisation, of a goal's patient, and of the goal."""
PAGES: tuple[Page, ...] = get_args(Page)
Request = Literal[Reading, Page, "submit"]
"""A reading, a page, or an entry that is to be recorded."""
REQUESTS: tuple[Request, ...] = (*READINGS, "submit")
"""What is asked unless something is named."""
IN_ORDER: tuple[Request, ...] = (*READINGS, *PAGES, "submit")
"""In the order in which they are measured. Submitting comes last, because the log grows with it."""
LIST_ITEMS = 50


def path(reading: Reading | Page, goal_id: GoalId) -> str:
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
        case "patient-page":
            return f"/clinic/{org}/patients/{patient}"
        case "goal-page":
            return f"/clinic/{org}/patients/{patient}/goals/{goal}"
        case "today-page" | "reviews-page" | "audit-page":
            return f"/clinic/{org}/{reading.removesuffix('-page')}"
        case _:
            return f"/v1/orgs/{org}/{reading}?limit={LIST_ITEMS}"
