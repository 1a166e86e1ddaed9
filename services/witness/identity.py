"""Who a witness is: its name, and two keys that nobody but its owner can read, in a folder of its own.

One key cosigns checkpoints and nothing else, as tlog-cosignature asks; statements of how many events there are have the
other. The identity names the records that belong to it: a key whose records are gone must not begin from nothing.
"""

import re
import secrets
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from events.transparency.keys import (
    COSIGNATURE,
    MAX_NAME_BYTES,
    NOTE,
    KeyType,
    SignerKey,
    is_key_name,
)
from services.notary.durable_files import replace_file
from services.notary.errors import NotaryUnusable
from services.notary.key_files import make_key_file, read_key_file
from services.notary.statements import STATEMENTS
from services.witness.errors import WitnessRecordsUnusable

IDENTITY_FILE = "witness.json"
COSIGNATURE_KEY_FILE = "cosignature-key"
STATEMENT_KEY_FILE = "statement-key"
RECORDS_FILE = "records.db"
_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:/\S+)?", re.ASCII)
"""A domain, as the origin of a log begins with one, and after a slash what tells witnesses of one domain apart."""


class WitnessIdentity(BaseModel):
    """Which witness this is.

    Attributes:
        name: The name of its key for cosignatures.
        records: What tells its records from any others.
        made_at: When it was made.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    records: str
    made_at: datetime


class WitnessFolder:
    """The files of a witness.

    Args:
        folder: Where they are.
    """

    def __init__(self, folder: Path):
        self.folder = folder

    @property
    def records_file(self) -> Path:
        """The database with what it has cosigned and counted."""
        return self.folder / RECORDS_FILE

    def make(self, name: str, now: datetime) -> WitnessIdentity:
        """Make a witness: two keys that are drawn now, and its name. Its records have to be made next.

        Raises:
            WitnessRecordsUnusable: there is one already, the name is none, or the folder cannot be written.
        """
        # It stays in every policy and below every checkpoint, beside those of others: a domain keeps them apart.
        if not _NAME.fullmatch(name) or not is_key_name(name) or len((name + STATEMENTS).encode()) > MAX_NAME_BYTES:
            raise WitnessRecordsUnusable(
                "A witness is called like an address without https://, such as witness.northside.example/cairn: a"
                " domain that you own, in small letters, and what you like behind a slash; no space, no plus sign."
            )
        identity = WitnessIdentity(name=name, records=secrets.token_hex(16), made_at=now)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            make_key_file(self.folder / COSIGNATURE_KEY_FILE, SignerKey(name, COSIGNATURE, secrets.token_bytes(32)))
            make_key_file(self.folder / STATEMENT_KEY_FILE, SignerKey(name + STATEMENTS, NOTE, secrets.token_bytes(32)))
            replace_file(self.folder / IDENTITY_FILE, identity.model_dump_json(indent=2).encode() + b"\n")
        except FileExistsError:
            raise WitnessRecordsUnusable(f"There is a witness in {self.folder} already; it is made once.") from None
        except OSError as error:
            raise WitnessRecordsUnusable(
                f"The folder of the witness {self.folder} cannot be written: {error.strerror}."
            ) from None
        return identity

    def identity(self) -> WitnessIdentity:
        """Which witness this is.

        Raises:
            WitnessRecordsUnusable: nobody has made it, or the file is damaged.
        """
        file = self.folder / IDENTITY_FILE
        try:
            return WitnessIdentity.model_validate_json(file.read_bytes())
        except FileNotFoundError:
            raise WitnessRecordsUnusable(
                f"There is no witness in {self.folder}. Make it, once: cairn witness init --name NAME."
            ) from None
        except (OSError, ValidationError) as error:
            raise WitnessRecordsUnusable(f"{file} cannot be read ({type(error).__name__}).") from None

    def cosignature_key(self) -> SignerKey:
        """The key that checkpoints are cosigned with.

        Raises:
            WitnessRecordsUnusable: there is none, others than its owner can read it, or it is another witness's.
        """
        return self._key(COSIGNATURE_KEY_FILE, COSIGNATURE, self.identity().name)

    def statement_key(self) -> SignerKey:
        """The key that statements are signed with.

        Raises:
            WitnessRecordsUnusable: as of :meth:`cosignature_key`.
        """
        return self._key(STATEMENT_KEY_FILE, NOTE, self.identity().name + STATEMENTS)

    def _key(self, name: str, kind: KeyType, called: str) -> SignerKey:
        try:
            return read_key_file(self.folder / name, called, kind, "make a new witness with cairn witness init")
        except NotaryUnusable as unusable:
            raise WitnessRecordsUnusable(str(unusable)) from None
