"""The page that asks who somebody is."""

from urllib.parse import urlencode

from starlette.responses import Response

from services.gateway.pages.addresses import SIGN_IN_START
from services.gateway.pages.rendering import Page

_ENDED = ("access.token_expired", "access.token_revoked", "access.token_invalid")


def sign_in_page(page: Page, to: str, status: int = 200, *, code: str | None = None) -> Response:
    """How to sign in here.

    Args:
        to: The path to go on to.
        code: With which code something else was refused, in whose place this is shown.
    """
    start = f"{SIGN_IN_START}?{urlencode({'to': to})}"
    return page.answer(
        "sign_in.html", status=status, to=to, code=code, ended=code in _ENDED, provider=page.signs_in_at, start=start
    )
