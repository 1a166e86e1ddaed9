"""What is answered to what has not become a request. It is written by hand: no application is asked by then."""

from collections.abc import Iterable
from http import HTTPStatus

from services.gateway.problems import RequestRefused, problem_response
from services.gateway.response_middleware import USUAL_HEADERS


def written_refusal(refused: RequestRefused, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """A refusal as it goes over the wire, with some headers more, as the last answer of its connection."""
    answer = problem_response(refused)
    lines = [*headers, *answer.raw_headers, *USUAL_HEADERS, (b"connection", b"close")]
    head = b"".join(b"%b: %b\r\n" % line for line in lines)
    status = HTTPStatus(refused.status)
    return b"HTTP/1.1 %d %b\r\n%b\r\n%b" % (status, status.phrase.encode(), head, bytes(answer.body))
