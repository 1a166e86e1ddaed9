"""Keys of signed notes (C2SP signed-note 1.0.0): the text forms in which they are handed about, and signing with them.

A verifier key is `NAME+ID+KEY`, and what checks a signature; a signer key is `PRIVATE+KEY+NAME+ID+SEED`, as Go's `note`
has it. The id is the first four bytes of SHA-256 over name, line break, type and public key. It finds a key and proves
nothing.
"""

import base64
import binascii
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from events.transparency.refusals import NotProven

KeyType = Literal[1, 4]
NOTE: KeyType = 1
"""Ed25519 over the text of a note: what a log signs its checkpoints with."""
COSIGNATURE: KeyType = 4
"""Ed25519 over a time and a checkpoint: what a witness signs with."""
MAX_NAME_BYTES = 255
"""How long the name of a key may be."""
_ID_BYTES = 4
_KEY_BYTES = 32
_PRIVATE = "PRIVATE+KEY+"


def strict_base64(text: str) -> bytes | None:
    """The bytes of standard base64 with padding; None for anything else, also for stray bits at the end."""
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return decoded if base64.b64encode(decoded).decode() == text else None


def is_key_name(name: str) -> bool:
    """Whether a key can have this name: not empty, no space, no plus sign, nothing that cannot be printed."""
    fits = 0 < len(name.encode("utf-8", "surrogatepass")) <= MAX_NAME_BYTES
    return fits and "+" not in name and name.isprintable() and not any(each.isspace() for each in name)


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name.

    Attributes:
        name: Whose it is; for a log, its origin.
        kind: What it signs.
        public: The public key, 32 bytes.
    """

    name: str
    kind: KeyType
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes by which a signature names it."""
        return sha256(self.name.encode() + b"\n" + bytes((self.kind,)) + self.public).digest()[:_ID_BYTES]

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether a signature of 64 bytes is of this key and message."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def __str__(self) -> str:
        """Its text form."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes((self.kind,)) + self.public).decode()}"


@dataclass(frozen=True, slots=True)
class SignerKey:
    """A private key with its name.

    Attributes:
        seed: The private key, 32 bytes. No text that this class makes of itself shows it, but `secret`.
    """

    name: str
    kind: KeyType
    seed: bytes = field(repr=False)

    @property
    def verifier(self) -> VerifierKey:
        """The public key that belongs to it."""
        public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return VerifierKey(self.name, self.kind, public)

    def sign(self, message: bytes) -> bytes:
        """The signature of a message, 64 bytes."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)

    @property
    def secret(self) -> str:
        """Its text form, to be kept where nobody else reads it."""
        kept = base64.b64encode(bytes((NOTE,)) + self.seed).decode()
        return f"{_PRIVATE}{self.name}+{self.verifier.id.hex()}+{kept}"


def parse_verifier_key(text: str) -> VerifierKey:
    """The key of a text form.

    Raises:
        NotProven: it is none, or its id is not that of its name and key.
    """
    name, given_id, encoded = _parts(text)
    key = strict_base64(encoded)
    if key is None or len(key) != 1 + _KEY_BYTES:
        raise NotProven("a verifier key ends with a type and 32 bytes in base64")
    if key[0] not in (NOTE, COSIGNATURE):
        raise NotProven(f"a key of type {key[0]:02x} cannot be read here; those of type 01 and 04 (Ed25519) can")
    found = VerifierKey(name, NOTE if key[0] == NOTE else COSIGNATURE, key[1:])
    if found.id.hex() != given_id:
        raise NotProven("the id of a verifier key is not that of its name and key")
    return found


def parse_signer_key(text: str, kind: KeyType = NOTE) -> SignerKey:
    """The private key of a text form.

    Args:
        kind: What it signs; the text form does not say.

    Raises:
        NotProven: it is none. The message does not repeat it.
    """
    if not text.startswith(_PRIVATE):
        raise NotProven(f"a signer key begins with {_PRIVATE}")
    name, given_id, encoded = _parts(text.removeprefix(_PRIVATE))
    kept = strict_base64(encoded)
    if kept is None or len(kept) != 1 + _KEY_BYTES or kept[0] != NOTE:
        raise NotProven("a signer key ends with the type 01 and a seed of 32 bytes in base64")
    found = SignerKey(name, kind, kept[1:])
    if found.verifier.id.hex() != given_id:
        raise NotProven("the id of a signer key is not that of its name and key")
    return found


def _parts(text: str) -> tuple[str, str, str]:
    name, _, rest = text.partition("+")
    given_id, _, encoded = rest.partition("+")
    if not is_key_name(name) or len(given_id) != 2 * _ID_BYTES:
        raise NotProven("a key is NAME+ID+KEY, with an id of eight hexadecimal digits")
    return name, given_id, encoded
