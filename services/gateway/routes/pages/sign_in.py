"""Signing in and out: how a browser comes to a session, and how the session ends (decisions/0035)."""

from typing import Annotated

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.access.sessions import SESSION, set_cookie
from services.gateway.gateway import Here
from services.gateway.pages.addresses import SIGN_IN, SIGN_OUT, own_path
from services.gateway.pages.rendering import Shows
from services.gateway.pages.signing_in import sign_in_page
from services.gateway.public_address import public_base
from services.gateway.routes.pages.forms import go_on_to
from services.gateway.routing import Query, Router

router = Router()


class GoingOn(BaseModel):
    """Where to go on to; other parameters mean nothing."""

    to: str | None = None


@router.get(SIGN_IN, include_in_schema=False)
async def sign_in(page: Shows, query: Annotated[GoingOn, Query()]) -> Response:
    """How to sign in here."""
    return sign_in_page(page, own_path(query.to))


@router.post(SIGN_OUT, include_in_schema=False)
async def sign_out(request: Request, here: Here) -> Response:
    """Ends the session of this browser."""
    base = public_base(request, here.public_url)
    return go_on_to(SIGN_IN, set_cookie(SESSION, "", base))
