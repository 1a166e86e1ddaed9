"""Requests that only the callout can read: sealed by a server for the callout's `xkey`, and answers sealed back.

A sealed message is `xkv1`, a nonce of 24 bytes and a box of NaCl (X25519, XSalsa20, Poly1305), as nats-io/nkeys has it.
"""

from nacl.exceptions import CryptoError
from nacl.public import Box, PrivateKey, PublicKey

from events.errors import CairnError
from events.log.client.nkeys import BadKey, public_bytes

SERVER_KEY = "Nats-Server-Xkey"
"""The header in which a server names its own public key `X…`, where it has sealed a request."""
_VERSION = b"xkv1"


class NotForUs(CairnError):
    """A request cannot be opened with the callout's key."""


def opened(message: bytes, server: str, key: PrivateKey) -> bytes:
    """What a server has sealed.

    Args:
        server: The server's public key, from the header.

    Raises:
        NotForUs: it was sealed for another key, altered, or not sealed.
    """
    if not message.startswith(_VERSION):
        raise NotForUs("A request is not sealed, although it names a key.")
    try:
        return _box(server, key).decrypt(message[len(_VERSION) :])
    except (CryptoError, ValueError):
        raise NotForUs("A request was sealed for another key than the callout's (`xkey` in auth_callout).") from None


def sealed(message: bytes, server: str, key: PrivateKey) -> bytes:
    """A message that only the server with this public key can read.

    Raises:
        NotForUs: there is no such key.
    """
    return _VERSION + bytes(_box(server, key).encrypt(message))


def _box(server: str, key: PrivateKey) -> Box:
    try:
        return Box(key, PublicKey(public_bytes("curve", server)))
    except BadKey:
        raise NotForUs("A request names a key that is none.") from None
