"""Which of an issuer's published keys Cairn checks signatures with: public, asymmetric, strong, and meant for it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.util import base64_to_int

from events.errors import CairnError

PublicKey = RSAKey | ECKey | OKPKey
ALGORITHMS: Mapping[str, tuple[str, str | None]] = {
    "RS256": ("RSA", None),
    "ES256": ("EC", "P-256"),
    "EdDSA": ("OKP", "Ed25519"),
    "Ed25519": ("OKP", "Ed25519"),
}
"""The algorithms that Cairn accepts, with the type and curve of their keys. `Ed25519` is RFC 9864's name for what
`EdDSA` means with such a key."""
MAX_KEYS = 20
"""How many keys an issuer may publish."""
MIN_RSA_BITS = 2048
MAX_RSA_BITS = 8192
"""A larger key only makes checking slow."""

_KINDS: Mapping[str, type[PublicKey]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
_PUBLIC_PARTS = ("n", "e", "crv", "x", "y")


class UnusableKeys(CairnError):
    """What an issuer publishes as its keys holds none that Cairn can use."""


class IssuerKey(NamedTuple):
    """A public key of an issuer.

    Attributes:
        kid: The key's id, where it has one.
        algorithms: Which of Cairn's algorithms it may be used with.
        thumbprint: Names the key by its content (RFC 7638).
    """

    kid: str | None
    algorithms: frozenset[str]
    key: PublicKey
    thumbprint: str


@dataclass(frozen=True, slots=True, eq=False)
class KeyRing:
    """The keys of an issuer at one time.

    Attributes:
        keys: The usable keys.
    """

    keys: tuple[IssuerKey, ...]

    def candidates(self, kid: str | None, algorithm: str) -> list[PublicKey]:
        """The keys that may have signed a token: by key id and algorithm; without an id, only one that is alone."""
        fitting = [each.key for each in self.keys if kid in (None, each.kid) and algorithm in each.algorithms]
        return fitting if kid is not None or len(fitting) == 1 else []

    def knows(self, kid: str) -> bool:
        """Whether there is a key of this id."""
        return any(each.kid == kid for each in self.keys)

    def has_all_of(self, other: "KeyRing") -> bool:
        """Whether no key of another ring is missing from this one."""
        return {each.thumbprint for each in other.keys} <= {each.thumbprint for each in self.keys}


def read_keys(document: object) -> KeyRing:
    """The usable keys of a JSON Web Key Set (RFC 7517); others in it are left out.

    Raises:
        UnusableKeys: it is no key set, has too many keys, or none that can be used.
    """
    if not isinstance(document, dict) or not isinstance(document.get("keys"), list):
        raise UnusableKeys("It is no JSON Web Key Set.")
    if len(document["keys"]) > MAX_KEYS:
        raise UnusableKeys(f"It has more than {MAX_KEYS} keys.")
    keys = tuple(_usable(document["keys"]))
    if not keys:
        raise UnusableKeys(
            f"None of its keys can be used: RSA of {MIN_RSA_BITS} bits or more, EC on P-256 or Ed25519, for signatures."
        )
    return KeyRing(keys)


def _usable(found: list[Any]) -> Iterator[IssuerKey]:  # whatever the issuer publishes
    for each in found:
        if not isinstance(each, dict) or each.get("use", "sig") != "sig":
            continue
        algorithms = _algorithms(each)
        if not algorithms:
            continue
        public = {name: each[name] for name in ("kty", *_PUBLIC_PARTS) if name in each}
        try:
            key = _KINDS[each["kty"]].import_key(public)
            yield IssuerKey(_kid(each), algorithms, key, key.thumbprint())
        except (JoseError, ValueError, TypeError):  # a key that cannot be read is no reason to do without the others
            continue


def _algorithms(key: dict[str, Any]) -> frozenset[str]:
    """With which of Cairn's algorithms a key may be used. Asked before the import, which only warns of weak keys."""
    meant = key.get("alg")
    allowed = frozenset({name for name, of in ALGORITHMS.items() if of == (key.get("kty"), key.get("crv"))})
    if not allowed or (key["kty"] == "RSA" and not MIN_RSA_BITS <= _bits(key.get("n")) <= MAX_RSA_BITS):
        return frozenset()
    return allowed if meant is None or (isinstance(meant, str) and meant in allowed) else frozenset()


def _bits(modulus: object) -> int:
    try:
        return base64_to_int(modulus).bit_length() if isinstance(modulus, str) and len(modulus) < 4096 else 0
    except ValueError:
        return 0


def _kid(key: dict[str, Any]) -> str | None:
    kid = key.get("kid")
    return kid if isinstance(kid, str) else None
