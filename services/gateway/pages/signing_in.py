"""The page that asks who somebody is."""

from urllib.parse import urlencode

from starlette.responses import Response

from services.gateway.pages.addresses import SIGN_IN_START
from services.gateway.pages.rendering import Page


def sign_in_page(page: Page, to: str, status: int = 200, *, ended: bool = False) -> Response:
    """How to sign in here.

    Args:
        to: The path to go on to.
        ended: Whether somebody was signed in before.
    """
    start = f"{SIGN_IN_START}?{urlencode({'to': to})}"
    return page.answer("sign_in.html", status=status, to=to, ended=ended, provider=page.signs_in_at, start=start)
