"""Every page there is, with an address of the sample at which it is looked at. A page of one's own is one line here."""

from dataclasses import dataclass

from services.access.principal import Principal
from services.gateway.access.matching import OperationTree
from services.gateway.access.operations import OPERATIONS
from tests.browser.window import CLINICIAN, person

_ORG = "/clinic/northside"
_PATIENT = f"{_ORG}/patients/pt-e6a1"
_OPERATOR = person("operator", "", "op-1")


@dataclass(frozen=True, slots=True)
class Looked:
    """A page, as somebody looks at it.

    Attributes:
        name: What the tests call it.
        path: Its address, with the query.
        principal: Who looks; None for nobody.
        status: With which status it is answered.
    """

    name: str
    path: str
    principal: Principal | None = CLINICIAN
    status: int = 200


ALL = (
    Looked("today", f"{_ORG}/today"),
    Looked("today of one clinician", f"{_ORG}/today?clinician=cl-11"),
    Looked("today of a dashboard", f"{_ORG}/today", person("dashboard", "northside", "wall")),
    Looked("patient", _PATIENT),
    Looked("patient with simple words", f"{_ORG}/patients/pt-b52e"),
    Looked("patient of their own", _PATIENT, person("patient", "northside", "pt-e6a1")),
    Looked("goal", f"{_PATIENT}/goals/people"),
    Looked("goal with revisions", f"{_ORG}/patients/pt-7f3a/goals/evenings"),
    Looked("session", f"{_PATIENT}/session"),
    Looked("sessions of a day", f"{_ORG}/session"),
    Looked("session in large print", f"{_ORG}/patients/pt-7f3a/session?form=large"),
    Looked("reviews", f"{_ORG}/reviews"),
    Looked("audit", f"{_ORG}/audit"),
    Looked("event", f"{_ORG}/audit/12"),
    Looked("operations", "/operations", _OPERATOR),
    Looked("developers", "/docs", None),
    Looked("the API of developers", "/docs/api/read", None),
    Looked("events of developers", "/docs/events", None),
    Looked("an event of developers", "/docs/events/cairn.goal.proposed.v1", None),
    Looked("messages of developers", "/docs/messages", None),
    Looked("codes of developers", "/docs/codes", None),
    Looked("no such event", "/docs/events/cairn.goal.hoped.v1", status=404),
    Looked("sign in", "/sign-in", None),
    Looked(
        "choice of an organisation", "/", CLINICIAN.model_copy(update={"orgs": frozenset({"northside", "riverside"})})
    ),
    Looked("not signed in", f"{_ORG}/today", None, 401),
    Looked("no such page", f"{_ORG}/nothing", status=404),
    Looked("no such patient", f"{_ORG}/patients/pt-none", status=404),
    Looked("not for a dashboard", f"{_ORG}/audit", person("dashboard", "northside", "wall"), 403),
)
_TREE = OperationTree(OPERATIONS)


def is_there(looked: Looked) -> bool:
    """Whether the page is at its address already."""
    return looked.status == 404 or _TREE.find("GET", looked.path.partition("?")[0]) is not None


PAGES = tuple(looked for looked in ALL if is_there(looked))
"""The pages that are there."""
