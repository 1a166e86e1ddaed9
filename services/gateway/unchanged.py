"""ETags of what is read: whoever has an answer already is told that nothing has changed since (RFC 9110, 13.1).

The ETag is made of the bytes of the answer, unless the endpoint gives one: that of a version, or of what is sent piece
by piece. What a goal reads like depends on more than its version: the day, the plan,
the patient's other goals, words that other patients have in common, quarantine, who asks. All of that is in the bytes,
and to read a document costs less than to find out whether anything that it depends on has changed.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
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
_OF_A_BODY = frozenset({b"content-length", b"content-type"})


def has_etag(operation: Operation) -> bool:
    """Whether answers of an operation have ETags: those that tell of patients, and have an end."""
    return operation.method == "GET" and operation.reading in OF_PATIENTS and operation.path != FEED


def unless_unchanged(scope: Scope, answer: Response) -> Response:
    """The answer with its ETag; or the word that the client has it: it names that ETag with `If-None-Match`, or with
    `If-Modified-Since` an instant since which nothing has changed. An answer that bears no `Last-Modified` may have.
    """
    headers = answer.raw_headers
    if answer.status_code != HTTPStatus.OK:
        return answer
    if "etag" not in answer.headers:
        body = bytes(answer.body)
        etag = _short_etag(body) if len(body) <= _SHORT_BYTES else _etag(body)
        headers.append((b"etag", etag.encode()))
    if not _has_it(scope, answer.headers):
        return answer
    unchanged = Response(status_code=HTTPStatus.NOT_MODIFIED)
    unchanged.raw_headers = [each for each in headers if each[0] not in _OF_A_BODY]
    return unchanged


def weak_etag(content: bytes) -> str:
    """The ETag of an answer that says what these bytes say."""
    return f"W/{_etag(content)}"


def _has_it(scope: Scope, answer: Mapping[str, str]) -> bool:
    """Whether a request says that its client has an answer with these headers."""
    etags = _given(scope, b"if-none-match")
    if etags:
        return _names(etags, answer["etag"])
    # Only heeded where no ETag is named, which is more exact (RFC 9110, 13.1.3).
    since = _given(scope, b"if-modified-since")
    if len(since) != 1 or "last-modified" not in answer:
        return False
    asked, modified = _http_date(since[0]), _http_date(answer["last-modified"])
    return asked is not None and modified is not None and modified <= asked


def _given(scope: Scope, header: bytes) -> Sequence[str]:
    return [value.decode("latin-1") for name, value in scope["headers"] if name == header]


def _http_date(text: str) -> datetime | None:
    """The instant of an HTTP date (RFC 9110, 5.6.7); None for what is none."""
    try:
        instant = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # a year, or an offset, with too many digits
        return None
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)


def _etag(body: bytes) -> str:
    return f'"{blake2b(body, digest_size=_DIGEST_BYTES).hexdigest()}"'


# A dashboard asks for the same again and again; to find it here takes a third of the time.
_short_etag = lru_cache(maxsize=1024)(_etag)


def _names(if_none_match: Iterable[str], etag: str) -> bool:
    """Whether headers `If-None-Match` name an ETag; whether it is weak makes no difference to a read."""
    given = (each.strip() for header in if_none_match for each in header.split(","))
    return any(each == "*" or _opaque(each) == _opaque(etag) for each in given)


def _opaque(etag: str) -> str:
    return etag.removeprefix("W/")
