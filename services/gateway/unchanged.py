"""ETags of what is read: whoever has an answer already is told that nothing has changed since (RFC 9110, 13.1.2).

The ETag is made of the bytes of the answer. What a goal reads like depends on more than its version: the day, the plan,
the patient's other goals, words that other patients have in common, quarantine, who asks. All of that is in the bytes,
and to read a document costs less than to find out whether anything that it depends on has changed.
"""

from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from http import HTTPStatus

from starlette.responses import Response
from starlette.types import Scope

from services.gateway.access.operations import Operation
from services.gateway.access_records import FEED, OF_PATIENTS

_DIGEST_BYTES = 16
_SHORT_BYTES = 4096
"""How long an answer may be whose ETag is remembered; one goal has about 3 KB."""
_STREAMED = "/reviews.ics"
"""The end of the addresses whose answers are not there as a whole before they are sent."""
_OF_A_BODY = frozenset({b"content-length", b"content-type"})


def has_etag(operation: Operation) -> bool:
    """Whether answers of an operation have ETags: those that tell of patients, and are there as a whole."""
    endless_or_streamed = operation.path == FEED or operation.path.endswith(_STREAMED)
    return operation.method == "GET" and operation.reading in OF_PATIENTS and not endless_or_streamed


def unless_unchanged(scope: Scope, answer: Response) -> Response:
    """The answer with its ETag; or the word that it is the one that the client names with `If-None-Match`.

    What has an ETag of its own stays as it is.
    """
    headers = answer.raw_headers
    if answer.status_code != HTTPStatus.OK or any(name == b"etag" for name, _ in headers):
        return answer
    body = bytes(answer.body)
    etag = _short_etag(body) if len(body) <= _SHORT_BYTES else _etag(body)
    headers.append((b"etag", etag.encode()))
    given = [value.decode("latin-1") for name, value in scope["headers"] if name == b"if-none-match"]
    if not given or not names(given, etag):
        return answer
    unchanged = Response(status_code=HTTPStatus.NOT_MODIFIED)
    unchanged.raw_headers = [each for each in headers if each[0] not in _OF_A_BODY]
    return unchanged


def _etag(body: bytes) -> str:
    return f'"{blake2b(body, digest_size=_DIGEST_BYTES).hexdigest()}"'


# A dashboard asks for the same again and again; to find it here takes a third of the time.
_short_etag = lru_cache(maxsize=1024)(_etag)


def names(if_none_match: Iterable[str], etag: str) -> bool:
    """Whether headers `If-None-Match` name an ETag; whether it is weak makes no difference to a read."""
    given = (each.strip() for header in if_none_match for each in header.split(","))
    return any(each == "*" or _opaque(each) == _opaque(etag) for each in given)


def _opaque(etag: str) -> str:
    return etag.removeprefix("W/")
