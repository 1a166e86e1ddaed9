"""The callout's own keys, in one file that only its user may read: the one it signs with, and the one it is written to.

Every instance of the callout has the same file. The public halves stand in nats-server's configuration.
"""

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from nacl.public import PrivateKey
from nacl.signing import SigningKey

from events.errors import CairnError
from events.log.client.nkeys import BadKey, public_text, seed_bytes, seed_text

_MAX_FILE_BYTES = 4096
_FOR_OTHERS = 0o077
_FOR_OTHERS_OF_ROOTS = 0o037
"""A file that root has put there for a group to read, as Kubernetes does, has no other way to its reader."""


class BadKeyFile(CairnError):
    """The file of the callout's keys cannot be used; the sentence says why, and holds nothing of it."""


@dataclass(frozen=True, slots=True)
class CalloutKeys:
    """The callout's key pairs.

    Attributes:
        signing: Signs users and answers (Ed25519); an account key in the words of NATS.
        curve: Opens what a server has sealed for the callout, and seals answers (X25519).
    """

    signing: SigningKey = field(repr=False)
    curve: PrivateKey = field(repr=False)

    @classmethod
    def generated(cls) -> Self:
        """New keys."""
        return cls(SigningKey.generate(), PrivateKey.generate())

    @property
    def issuer(self) -> str:
        """The public key `A…` that the server's configuration names as `issuer`."""
        return public_text("account", bytes(self.signing.verify_key))

    @property
    def xkey(self) -> str:
        """The public key `X…` that the server's configuration names as `xkey`."""
        return public_text("curve", bytes(self.curve.public_key))


def read_keys(path: Path) -> CalloutKeys:
    """The keys in a file.

    Raises:
        BadKeyFile: there is no such file, it holds something else, or others may read it.
    """
    try:
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            if stat.S_IMODE(found.st_mode) & (
                _FOR_OTHERS_OF_ROOTS if found.st_uid == 0 != os.geteuid() else _FOR_OTHERS
            ):
                raise BadKeyFile(f"Others than its owner may read {path}. Do: chmod 600 {path}.")
            account, curve = file.read(_MAX_FILE_BYTES).decode("ascii").split()
    except FileNotFoundError:
        raise BadKeyFile(
            f"There is no file {path} with the callout's keys. Make it by cairn serve auth --make-keys."
        ) from None
    except OSError as error:
        raise BadKeyFile(f"The callout's keys in {path} cannot be read: {error.strerror}.") from None
    except ValueError:
        raise BadKeyFile(f"{path} does not hold the two keys of an auth callout.") from None
    try:
        return CalloutKeys(SigningKey(seed_bytes("account", account)), PrivateKey(seed_bytes("curve", curve)))
    except BadKey:
        raise BadKeyFile(f"{path} does not hold the two keys of an auth callout.") from None


def make_keys(path: Path) -> CalloutKeys:
    """The keys in a file; new ones, readable by their owner alone, where there is no such file yet.

    Raises:
        BadKeyFile: the file is there and cannot be used, or cannot be written.
    """
    keys = CalloutKeys.generated()
    text = f"{seed_text('account', bytes(keys.signing))}\n{seed_text('curve', bytes(keys.curve))}\n"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
    except FileExistsError:
        return read_keys(path)
    except OSError as error:
        raise BadKeyFile(f"The callout's keys cannot be written to {path}: {error.strerror}.") from None
    return keys
