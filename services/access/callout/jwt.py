"""JSON Web Tokens as NATS writes them: signed with Ed25519, the signer's public key in `iss` (nats-io/jwt)."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from nacl.exceptions import CryptoError
from nacl.signing import SigningKey, VerifyKey
from pydantic_core import from_json, to_json

from events.errors import CairnError
from events.log.client.nkeys import BadKey, Kind, public_bytes

Claims = Mapping[str, Any]  # a JSON object, whose values the reader checks
_ALGORITHM = "ed25519-nkey"


class BadJwt(CairnError):
    """A text is no token that its issuer has signed. The sentence does not repeat it."""


def signed(claims: Claims, key: SigningKey) -> str:
    """A token with these claims; `iss` must be the public key of the pair."""
    content = f"{_encoded({'typ': 'JWT', 'alg': _ALGORITHM})}.{_encoded(claims)}"
    return f"{content}.{_base64(key.sign(content.encode()).signature)}"


def verified(token: bytes, issuer: Kind) -> Claims:
    """The claims of a token that the key in its `iss` has signed. What they say is not checked here.

    Raises:
        BadJwt: it is no token, not signed so, or its issuer is no key of the kind.
    """
    content, _, signature = token.rpartition(b".")
    try:
        head, claims = (from_json(_bytes(part)) for part in content.split(b"."))
        if head["alg"] != _ALGORITHM:
            raise BadJwt(f"A token of NATS is not signed with {_ALGORITHM}.")
        VerifyKey(public_bytes(issuer, claims["iss"])).verify(content, _bytes(signature))
    except (ValueError, TypeError, KeyError, AttributeError, BadKey, CryptoError):
        raise BadJwt("What should be a token of NATS is none, or its signature is wrong.") from None
    found: Claims = claims
    return found


def _encoded(value: object) -> str:
    return _base64(to_json(value))


def _base64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: bytes) -> bytes:
    return urlsafe_b64decode(text + b"=" * (-len(text) % 4))
