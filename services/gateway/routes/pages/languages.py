"""POST /language: the reader chooses the language of the pages."""

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.gateway import Here
from services.gateway.pages.addresses import LANGUAGE, LANGUAGE_COOKIE, own_path
from services.gateway.problems import RequestRefused
from services.gateway.public_address import public_base
from services.gateway.routes.pages.forms import form_of, go_on_to
from services.gateway.routing import Router

_YEAR_SECONDS = 365 * 24 * 60 * 60

router = Router()


@router.post(LANGUAGE, include_in_schema=False)
async def choose_language(request: Request, here: Here) -> Response:
    """Keeps the choice in a cookie for a year, and shows the page again."""
    from services.gateway.pages.language import languages  # noqa: PLC0415 - Babel, for pages alone

    form = await form_of(request)
    chosen = form.get("language", "")
    if chosen not in languages():
        raise RequestRefused("request.invalid", "There is no such language here.")
    secure = "; Secure" if public_base(request, here.public_url).startswith("https:") else ""
    kept = f"{LANGUAGE_COOKIE}={chosen}; Path=/; Max-Age={_YEAR_SECONDS}; HttpOnly; SameSite=Lax{secure}"
    return go_on_to(own_path(form.get("to")), kept)
