"""Who the notary is: its origin, its keys, and the last thing that it has signed, in a folder outside the data folder.

A backup of the data folder that is put back must not take these along: what the notary remembers of its own word is how
it finds out that the log, or itself, is an older one.
"""

import os
import re
import stat
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, ValidationError

from events.transparency.keys import NOTE, SignerKey, is_key_name, parse_signer_key
from events.transparency.refusals import NotProven
from services.notary.durable_files import FOR_THE_OWNER, replace_file, sync_folder
from services.notary.errors import NotaryUnusable

KEY_FILE = "checkpoint-key"
IDENTITY_FILE = "identity.json"
SIGNED_FILE = "last-signed.json"
STOPPED_FILE = "stopped.json"
_ORIGIN = re.compile(r"[a-z0-9.-]+(?::\d{1,5})?/tlog/[a-z0-9]{8,32}-[1-9]\d{0,3}", re.ASCII)
_FOR_OTHERS = 0o077
_MAX_KEY_BYTES = 4096

Model = TypeVar("Model", bound=BaseModel)


def _bytes_of_hex(given: object) -> bytes:
    if isinstance(given, bytes):
        return given
    if isinstance(given, str):
        return bytes.fromhex(given)
    raise ValueError("is no hexadecimal text")


Hash = Annotated[bytes, PlainValidator(_bytes_of_hex), PlainSerializer(bytes.hex, return_type=str)]
"""A hash, kept as hexadecimal digits."""


class Identity(BaseModel):
    """Which log this notary signs for.

    Attributes:
        origin: `DOMAIN/tlog/ID-GENERATION`, as :func:`is_origin` has it; the name of its key, too.
        stream: The stream of NATS that holds the log.
        made_at: When it was made.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    origin: str
    stream: str
    made_at: datetime


class Signed(BaseModel):
    """A tree that the notary has signed.

    Attributes:
        size: How many leaves it had.
        root: Its root.
        at: When it was signed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    size: int = Field(ge=0)
    root: Hash
    at: datetime


class Stopped(BaseModel):
    """Why nothing is signed any more.

    Attributes:
        reason: What was found, in a sentence.
        at: When.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: str
    at: datetime


def is_origin(text: str) -> bool:
    """Whether a text can name a log: a domain, `/tlog/`, an id drawn once, and a generation from 1 on."""
    return bool(_ORIGIN.fullmatch(text)) and is_key_name(text)


class NotaryFolder:
    """The files of a notary's identity.

    Args:
        folder: Where they are.
    """

    def __init__(self, folder: Path):
        self.folder = folder

    def make(self, identity: Identity, key: SignerKey) -> None:
        """Keep a new identity.

        Raises:
            NotaryUnusable: there is one already, or it cannot be written.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = self.folder / KEY_FILE
            with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FOR_THE_OWNER), "w") as opened:  # noqa: PTH123
                opened.write(f"{key.secret}\n")
                opened.flush()
                os.fsync(opened.fileno())
            sync_folder(self.folder)
            self._keep(IDENTITY_FILE, identity)
        except FileExistsError:
            raise NotaryUnusable(
                f"There is a notary's key in {self.folder} already. A log has one origin; it is made once."
            ) from None
        except OSError as error:
            raise NotaryUnusable(f"The notary's folder {self.folder} cannot be written: {error.strerror}.") from None

    def identity(self) -> Identity:
        """Which log the notary signs for.

        Raises:
            NotaryUnusable: nobody has made it, or the file is damaged.
        """
        found = self._kept(IDENTITY_FILE, Identity)
        if found is None:
            raise NotaryUnusable(f"There is no notary in {self.folder}. Make it, once: cairn notary init.")
        if not is_origin(found.origin):
            raise NotaryUnusable(f"{self.folder / IDENTITY_FILE} names no origin of a log.")
        return found

    def key(self) -> SignerKey:
        """The key that checkpoints are signed with.

        Raises:
            NotaryUnusable: there is none, others than its owner can read it, or it is of another origin.
        """
        file = self.folder / KEY_FILE
        try:
            with open(os.open(file, os.O_RDONLY | os.O_NOFOLLOW), "rb") as opened:  # noqa: PTH123 - the very file
                if stat.S_IMODE(os.fstat(opened.fileno()).st_mode) & _FOR_OTHERS:
                    raise NotaryUnusable(f"Others than its owner can read {file}, so they could sign. Rotate the key.")
                text = opened.read(_MAX_KEY_BYTES).decode("ascii").strip()
            found = parse_signer_key(text, NOTE)
        except FileNotFoundError:
            raise NotaryUnusable(f"There is no key in {self.folder}. Make it, once: cairn notary init.") from None
        except OSError as error:
            raise NotaryUnusable(f"The notary's key {file} cannot be read: {error.strerror}.") from None
        except (NotProven, UnicodeDecodeError):
            raise NotaryUnusable(f"{file} is no key of a notary. Put it back from where it is kept safe.") from None
        if found.name != self.identity().origin:
            raise NotaryUnusable(f"The key in {file} is of another origin than {IDENTITY_FILE} beside it.")
        return found

    def last_signed(self) -> Signed | None:
        """The last tree that was signed; None before the first.

        Raises:
            NotaryUnusable: the file is damaged.
        """
        return self._kept(SIGNED_FILE, Signed)

    def note_signed(self, signed: Signed) -> None:
        """Remember what is going to be signed, before it is.

        Raises:
            OSError: it cannot be written, so it must not be signed.
        """
        self._keep(SIGNED_FILE, signed)

    def stopped(self) -> Stopped | None:
        """Why nothing is signed; None while all is well.

        Raises:
            NotaryUnusable: the file is damaged.
        """
        return self._kept(STOPPED_FILE, Stopped)

    def note_stopped(self, stopped: Stopped) -> None:
        """Remember that nothing may be signed any more, also after a restart.

        Raises:
            OSError: it cannot be written.
        """
        self._keep(STOPPED_FILE, stopped)

    def _keep(self, name: str, model: BaseModel) -> None:
        replace_file(self.folder / name, model.model_dump_json(indent=2).encode() + b"\n")

    def _kept(self, name: str, model: type[Model]) -> Model | None:
        file = self.folder / name
        try:
            return model.model_validate_json(file.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as error:
            raise NotaryUnusable(
                f"{file} cannot be read ({type(error).__name__}). Without it nobody knows what was signed: put it"
                " back from where it is kept safe, or ask the witnesses and begin a new generation."
            ) from None
