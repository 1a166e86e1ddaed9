"""Signing in and out: how a browser comes to a session, and how the session ends (decisions/0035)."""

from typing import Annotated

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from services.access.authentication import TokenRefused
from services.gateway.access.sessions import SESSION, SIGNING_IN, cookie, cookie_name, set_cookie
from services.gateway.asking import NOBODY, Asks
from services.gateway.gateway import Here
from services.gateway.pages.addresses import (
    HOME,
    SIGN_IN,
    SIGN_IN_CALLBACK,
    SIGN_IN_LINK,
    SIGN_IN_START,
    SIGN_OUT,
    own_path,
)
from services.gateway.pages.people import role_names
from services.gateway.pages.rendering import Shows
from services.gateway.pages.signing_in import sign_in_page
from services.gateway.problems import RequestRefused
from services.gateway.public_address import public_base
from services.gateway.routes.pages.forms import go_on_to
from services.gateway.routing import Query, Router
from services.gateway.signing_in import SignsIn, check_protected

router = Router()


class GoingOn(BaseModel):
    """Where to go on to; other parameters mean nothing."""

    to: str | None = None


@router.get(SIGN_IN, include_in_schema=False)
async def sign_in(page: Shows, query: Annotated[GoingOn, Query()]) -> Response:
    """How to sign in here."""
    return sign_in_page(page, own_path(query.to))


@router.get(SIGN_IN_LINK, include_in_schema=False)
async def look_at_link(code: str, page: Shows, signs_in: SignsIn) -> Response:
    """Says whom a link signs in. It is not used by that, so that whatever looks at links beforehand uses none up."""
    waiting = await signs_in.look(code)
    principal = waiting.principal
    return page.answer(
        "sign_in_link.html",
        who=principal.id,
        roles=role_names(principal),
        orgs=sorted(principal.orgs),
    )


@router.post(SIGN_IN_LINK, include_in_schema=False)
async def use_link(code: str, request: Request, here: Here, signs_in: SignsIn) -> Response:
    """Signs in by a link, which nobody can use again."""
    base = public_base(request, here.public_url)
    check_protected(base)
    waiting = await signs_in.use(code)
    try:
        session = await signs_in.session(waiting.token, base)
    except TokenRefused as refusal:
        raise _refused(refusal) from None
    return go_on_to(HOME, session)


@router.get(SIGN_IN_START, include_in_schema=False)
async def begin_at_issuer(
    request: Request, here: Here, signs_in: SignsIn, query: Annotated[GoingOn, Query()]
) -> Response:
    """Sends a browser to the issuer.

    It is a link and no form: browsers hold a form's redirects to the policy of the page, which names no other origin.
    """
    base = public_base(request, here.public_url)
    check_protected(base)
    issuer = signs_in.at_issuer()
    try:
        address, begun = await issuer.begin(own_path(query.to), f"{base}{SIGN_IN_CALLBACK}")
    except TokenRefused as refusal:
        raise _refused(refusal) from None
    # The way back begins at the issuer: a cookie that is Strict would stay behind.
    kept = set_cookie(SIGNING_IN, begun, base, same_site="Lax", seconds=issuer.seconds)
    return go_on_to(address, kept)


@router.get(SIGN_IN_CALLBACK, include_in_schema=False)
async def finish_at_issuer(request: Request, here: Here, page: Shows, signs_in: SignsIn) -> Response:
    """Signs in whoever comes back from the issuer.

    The answer is a page that goes on by itself: the session is Strict, and a redirect of what began elsewhere would not
    bring it along.
    """
    base = public_base(request, here.public_url)
    issuer = signs_in.at_issuer()
    kept = cookie(request.scope["headers"], cookie_name(SIGNING_IN, base))
    try:
        token, to = await issuer.finish(kept or "", dict(request.query_params), f"{base}{SIGN_IN_CALLBACK}")
        session = await signs_in.session(token, base)
        page.principal = await signs_in.authenticator.principal(token)
    except TokenRefused as refusal:
        raise _refused(refusal) from None
    answer = page.answer("signed_in.html", to=own_path(to))
    answer.headers.append("set-cookie", session)
    answer.headers.append("set-cookie", set_cookie(SIGNING_IN, "", base, same_site="Lax"))
    return answer


@router.post(SIGN_OUT, include_in_schema=False)
async def sign_out(request: Request, here: Here, asks: Asks, page: Shows, signs_in: SignsIn) -> Response:
    """Ends the session of this browser, and takes back the token where Cairn itself has made it."""
    base = public_base(request, here.public_url)
    forgotten = set_cookie(SESSION, "", base)
    if asks.principal == NOBODY or await signs_in.end(asks.principal):
        return go_on_to(SIGN_IN, forgotten)
    page.principal = NOBODY
    answer = page.answer("signed_out.html")
    answer.headers.append("set-cookie", forgotten)
    return answer


def _refused(refusal: TokenRefused) -> RequestRefused:
    """The refusal of a sign-in; that nobody can say so now is another than that it is not right."""
    code = refusal.code if refusal.code == "access.unavailable" else "access.sign_in_refused"
    return RequestRefused(code, refusal.detail)
