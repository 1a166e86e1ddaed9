"""How streams and subjects are called, and how any id becomes a subject token and an id again."""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote
from uuid import UUID

from eventsourcing.persistence import DataError

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_EMPTY = "%"
_LONGEST_TOKEN = 1000


def to_token(identity: UUID | str) -> str:
    """The subject token of an id: a UUID as it is written, any other string percent-encoded.

    No two ids share a token. A string that looks like a UUID is not that UUID: its first character is encoded too.

    Raises:
        DataError: when the token would be longer than a subject may be.
    """
    if isinstance(identity, UUID):
        return str(identity)
    token = quote(identity, safe="", errors="surrogatepass").replace(".", "%2E") or _EMPTY
    if len(token) > _LONGEST_TOKEN:
        raise DataError(f"An id takes {len(token)} characters in a subject; at most {_LONGEST_TOKEN} are possible.")
    if _UUID.fullmatch(token):
        return f"%{ord(token[0]):02X}{token[1:]}"
    return token


def from_token(token: str) -> UUID | str:
    """The id of a subject token; undoes :func:`to_token`."""
    if _UUID.fullmatch(token):
        return UUID(token)
    return "" if token == _EMPTY else unquote(token, errors="surrogatepass")


@dataclass(frozen=True, slots=True)
class Names:
    """What belongs to one application (or projection) on a server.

    Attributes:
        prefix: What everything of an installation begins with; a subject token.
        application: The name of the application, in lower case as in the library's other persistence modules.
    """

    prefix: str
    application: str

    def stream(self, purpose: str) -> str:
        """The stream for a purpose: `events`, `snapshots`, `tracking`."""
        return "_".join((self.prefix, to_token(self.application), to_token(purpose)))

    @property
    def republished(self) -> tuple[str, str]:
        """What the server republishes once it is stored, and where: no prefix has a colon, so it is stored once."""
        return f"{self.prefix}.>", f"{self.prefix}:live.>"

    def subjects(self, kind: str) -> str:
        """What the subjects of one kind of messages begin with; the token of an id follows behind a dot."""
        return ".".join((self.prefix, to_token(self.application), to_token(kind)))
