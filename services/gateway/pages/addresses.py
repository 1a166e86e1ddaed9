"""The addresses of the pages, in one place: endpoints, links and redirects have them from here."""

import re
from collections.abc import Iterable
from urllib.parse import urlencode

from events.identity import GoalId

LANGUAGE_COOKIE = "cairn-language"
"""The cookie that keeps which language a reader chose."""
CLINIC = "/clinic/{org}"
"""Where the pages of an organisation begin."""
PATIENT = f"{CLINIC}/patients/{{patient}}"
GOAL = f"{PATIENT}/goals/{{goal}}"
SESSION = f"{PATIENT}/session"
SESSIONS = f"{CLINIC}/session"
TODAY = f"{CLINIC}/today"
TODAY_ROW = f"{TODAY}/row"
REVIEWS = f"{CLINIC}/reviews"
AUDIT = f"{CLINIC}/audit"
AUDITED_EVENT = f"{AUDIT}/{{position}}"
OPERATIONS = "/operations"
DOCS = "/docs"
API = f"{DOCS}/api/{{tag}}"
EVENT_TYPES = f"{DOCS}/events"
EVENT_TYPE = f"{EVENT_TYPES}/{{type_name}}"
EVENT_SAMPLE = f"{EVENT_TYPE}/sample.json"
EVENTS_BEFORE = f"{EVENT_TYPE}/before.jsonl"
MESSAGES = f"{DOCS}/messages"
CODES = f"{DOCS}/codes"
OPENAPI = "/openapi.json"
ASYNCAPI = "/asyncapi.json"
SCHEMAS = "/v1/schemas"
SCHEMA = f"{SCHEMAS}/{{name}}"
HOME = "/"
SIGN_IN = "/sign-in"
SIGN_IN_LINK = f"{SIGN_IN}/link/{{code}}"
SIGN_IN_START = f"{SIGN_IN}/start"
SIGN_IN_CALLBACK = f"{SIGN_IN}/callback"
SIGN_OUT = "/sign-out"
LANGUAGE = "/language"
_ROOTS = ("/clinic", OPERATIONS, DOCS, SIGN_IN, SIGN_OUT, LANGUAGE)
_MAX_RETURN_CHARACTERS = 2000
_PATH_AND_QUERY = re.compile(r"/(?![/\\])[!-\[\]-~]*", re.ASCII)


def address(template: str, /, *, query: dict[str, str] | None = None, **named: str) -> str:
    """An address by its template. What is named is an id, so that nothing in it needs to be quoted."""
    return template.format(**named) + (f"?{urlencode(query)}" if query else "")


def sheets_of_day(org: str, clinician: str | None) -> str:
    """Where the sheets for the talks of today are, of one clinician's patients or of everyone's."""
    return address(SESSIONS, org=org, query={"clinician": clinician} if clinician else None)


def of_goals(goal_ids: Iterable[GoalId]) -> list[tuple[str, str]]:
    """Goals by what they are called beside each other, patient and goal, with the addresses of their pages."""
    return [(f"{each.patient}.{each.goal}", address(GOAL, **each._asdict())) for each in goal_ids]


def is_page(path: str) -> bool:
    """Whether people look at an address, and not programs: what is refused there is a page, too."""
    return path == HOME or any(path == root or path.startswith(f"{root}/") for root in _ROOTS)


def own_path(given: str | None) -> str:
    """Where to go on after signing in or choosing a language: a path of this gateway, whatever was asked for.

    What could lead elsewhere, or back to signing in, is the way to the first page.
    """
    if given is None or len(given) > _MAX_RETURN_CHARACTERS or not _PATH_AND_QUERY.fullmatch(given):
        return HOME
    path = given.partition("?")[0].partition("#")[0]
    return HOME if path.startswith((SIGN_IN, SIGN_OUT, LANGUAGE)) else given
