"""GET /: on to the page that whoever is signed in begins with."""

from starlette.responses import Response

from services.gateway.access.judging import reads_of_somebody
from services.gateway.asking import Asks
from services.gateway.pages.addresses import HOME, TODAY, address
from services.gateway.pages.navigation import beginning
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
