"""GET /static/…: the stylesheet, the scripts and the pictures of the pages."""

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.pages.compressing import takes_gzip
from services.gateway.pages.static_files import static_files
from services.gateway.problems import RequestRefused
from services.gateway.routing import Router

_FOR_EVER = "public, max-age=31536000, immutable"

router = Router()


@router.get("/static/{digest}/{name}", include_in_schema=False)
async def static_file(request: Request, digest: str, name: str) -> Response:
    """A file at the address of its content. At another digest there is nothing: it was another content."""
    file = static_files().get(name)
    if file is None or file.digest != digest:
        raise RequestRefused("http.not_found", "There is no such file.")
    headers = {"cache-control": _FOR_EVER, "vary": "accept-encoding"}
    if not takes_gzip(request.headers.get("accept-encoding", "")):
        return Response(file.content, media_type=file.media_type, headers=headers)
    return Response(file.compressed, media_type=file.media_type, headers={**headers, "content-encoding": "gzip"})
