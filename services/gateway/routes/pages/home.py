"""GET /: on to the page that whoever is signed in begins with."""

from starlette.responses import Response

from services.access.principal import Principal
from services.gateway.access.judging import reads_of_somebody
from services.gateway.asking import NOBODY, Asks
from services.gateway.pages.addresses import HOME, OPERATIONS, PATIENT, SIGN_IN, TODAY, address
from services.gateway.pages.rendering import Shows
from services.gateway.routes.pages.forms import go_on_to
from services.gateway.routing import Router

router = Router()


@router.get(HOME, include_in_schema=False)
async def home(asks: Asks, page: Shows) -> Response:
    """To the only page there is to begin with; where there are several, a choice."""
    first = beginning(asks.principal)
    if first is not None:
        return go_on_to(first)
    orgs = sorted(asks.principal.orgs) if reads_of_somebody(asks.principal, "schedule") else []
    choice = [(org, address(TODAY, org=org)) for org in orgs]
    return page.answer("home.html", orgs=choice, by_consent=asks.principal.roles == {"family"})


def beginning(principal: Principal) -> str | None:
    """The page that somebody begins with; None where there are several, or none."""
    if principal == NOBODY:
        return SIGN_IN
    orgs = sorted(principal.orgs)
    if principal.patient is not None and len(orgs) == 1 and principal.has("patient"):
        return address(PATIENT, org=orgs[0], patient=principal.patient)
    if principal.roles == {"family"}:
        return None
    if orgs and reads_of_somebody(principal, "schedule"):
        return address(TODAY, org=orgs[0]) if len(orgs) == 1 else None
    return OPERATIONS if reads_of_somebody(principal, "operations") else None
