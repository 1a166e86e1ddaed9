"""What a form of a page sends."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.bodies import read_body
from services.gateway.problems import RequestRefused

MAX_FORM_BYTES = 8 * 1024
"""How long a form may be: a few ids and an address to go on to."""
_SEE_OTHER = 303


async def form_of(request: Request) -> Mapping[str, str]:
    """The fields of a form; of one that is there twice, the last.

    Raises:
        RequestRefused: it is no form, or too long.
    """
    body = await read_body(request, MAX_FORM_BYTES)
    try:
        return dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=bool(body)))
    except ValueError:
        raise RequestRefused("request.invalid", "The body is no form.") from None


def go_on_to(path: str, *cookies: str) -> Response:
    """Sends a browser on to a path of this gateway, by GET."""
    answer = Response(status_code=_SEE_OTHER, headers={"location": path})
    for each in cookies:
        answer.headers.append("set-cookie", each)
    return answer
