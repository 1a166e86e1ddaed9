"""The addresses of the pages, in one place: endpoints, links and redirects have them from here."""

from urllib.parse import urlencode

LANGUAGE_COOKIE = "cairn-language"
"""The cookie that keeps which language a reader chose."""
CLINIC = "/clinic/{org}"
"""Where the pages of an organisation begin."""
PATIENT = f"{CLINIC}/patients/{{patient}}"
GOAL = f"{PATIENT}/goals/{{goal}}"
TODAY = f"{CLINIC}/today"
REVIEWS = f"{CLINIC}/reviews"
AUDIT = f"{CLINIC}/audit"
OPERATIONS = "/operations"
DOCS = "/docs"


def address(template: str, /, *, query: dict[str, str] | None = None, **named: str) -> str:
    """An address by its template. What is named is an id, so that nothing in it needs to be quoted."""
    return template.format(**named) + (f"?{urlencode(query)}" if query else "")
