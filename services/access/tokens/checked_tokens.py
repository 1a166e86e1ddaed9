"""The tokens that were checked a short while ago, so that a signature is checked once and not at each request."""

from collections import OrderedDict
from hashlib import sha256

from services.access.authentication import CheckedToken

MAX_CHECKED_TOKENS = 10_000
"""How many checked tokens are remembered; the one that was not used for the longest time goes first."""


class CheckedTokens:
    """A bounded memory of checked tokens, by their SHA-256. The tokens themselves are not kept."""

    def __init__(self, limit: int = MAX_CHECKED_TOKENS):
        self._limit = limit
        self._checked: OrderedDict[bytes, CheckedToken] = OrderedDict()

    def __len__(self) -> int:
        return len(self._checked)

    @staticmethod
    def digest(token: str) -> bytes:
        """What a token is remembered by."""
        return sha256(token.encode(errors="surrogatepass")).digest()

    def get(self, digest: bytes) -> CheckedToken | None:
        """The checked token, if it is remembered."""
        found = self._checked.get(digest)
        if found is not None:
            self._checked.move_to_end(digest)
        return found

    def remember(self, digest: bytes, checked: CheckedToken) -> None:
        """Remember a token that was checked."""
        self._checked[digest] = checked
        if len(self._checked) > self._limit:
            self._checked.popitem(last=False)

    def forget(self, digest: bytes) -> None:
        """Forget one token, such as one that has expired."""
        self._checked.pop(digest, None)

    def clear(self) -> None:
        """Forget all, as when a key of the issuer is not there any more."""
        self._checked.clear()
