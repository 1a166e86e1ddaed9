"""Reading a request's body without ever holding more of it than is allowed."""

from starlette.requests import Request

from services.gateway.problems import HTTP_STATUS, RequestRefused

_AS_IT_IS = "identity"
DRAINED_BYTES = 64 * 1024 * 1024
"""How much of a body that is too large is read and dropped, so that its sender gets to see the answer."""


async def read_body(request: Request, limit: int) -> bytes:
    """The body, of at most `limit` bytes.

    Raises:
        RequestRefused: 415, when it is compressed, so that nobody knows its size; 413, once what was sent has been
            read and dropped (within reason), or at once when the sender asked first (`Expect: 100-continue`).
    """
    if request.headers.get("content-encoding", _AS_IT_IS).strip().lower() not in ("", _AS_IT_IS):
        raise RequestRefused(
            "request.media_type",
            "The body is encoded (Content-Encoding); Cairn reads bodies that are sent as they are.",
            headers={"accept-encoding": _AS_IT_IS},
        )
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit and "expect" in request.headers:
        raise _too_large(limit)
    kept = bytearray()
    read = 0
    async for chunk in request.stream():
        read += len(chunk)
        if read <= limit:
            kept += chunk
            continue
        kept.clear()
        if read > DRAINED_BYTES:
            break
    if read > limit:
        raise _too_large(limit)
    return bytes(kept)


def _too_large(limit: int) -> RequestRefused:
    return RequestRefused(
        "event.invalid",
        f"The body is too large; Cairn accepts {limit:,} bytes here.",
        status=HTTP_STATUS["too_large"],
    )
