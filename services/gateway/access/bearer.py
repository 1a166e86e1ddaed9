"""The bearer token of a request (RFC 6750): in the header Authorization and nowhere else."""

from collections.abc import Iterable
from http import HTTPStatus

from services.access.authentication import TokenRefused
from services.gateway.problems import RequestRefused

REALM = 'Bearer realm="cairn"'
"""How the header WWW-Authenticate of every refusal begins that has one."""
_IN_THE_ADDRESS = b"access_token="
_HOW = "Send the header Authorization: Bearer TOKEN; docs/tokens.md says where tokens come from."


def bearer_token(headers: Iterable[tuple[bytes, bytes]], query: bytes = b"") -> str:
    """The token that a request names.

    Args:
        headers: Their names are in lower case, as ASGI has them.

    Raises:
        RequestRefused: it names none, or one in a form that no token has (401), or more than one (400).
    """
    given = [value for name, value in headers if name == b"authorization"]
    if len(given) > 1 or (given and _IN_THE_ADDRESS in query):
        detail = "Send one token, in one header Authorization, and none in the address."
        raise _challenge("request.invalid", detail, "invalid_request", HTTPStatus.BAD_REQUEST)
    if not given:
        raise _challenge("access.token_missing", f"It is not known who asks. {_HOW}")
    scheme, _, rest = given[0].partition(b" ")
    token = rest.strip(b" ")
    if scheme.lower() != b"bearer":
        raise _challenge("access.token_missing", f"The header Authorization names no bearer token. {_HOW}")
    if not token or not token.isascii() or b" " in token or b"," in token:
        raise _challenge("access.token_invalid", f"That is no token. {_HOW}", "invalid_token")
    return token.decode("ascii")


def not_accepted(refusal: TokenRefused) -> RequestRefused:
    """The answer to a token that is not accepted. One that cannot be checked now is not called a wrong one (503)."""
    if refusal.code == "access.unavailable":
        return RequestRefused(refusal.code, refusal.detail)
    return _challenge(refusal.code, refusal.detail, "invalid_token")


def _challenge(code: str, detail: str, error: str | None = None, status: int | None = None) -> RequestRefused:
    """A refusal with a challenge; it names no error where no token was sent (RFC 6750, section 3.1)."""
    challenge = f'{REALM}, error="{error}"' if error else REALM
    return RequestRefused(code, detail, status=status, headers={"www-authenticate": challenge})
