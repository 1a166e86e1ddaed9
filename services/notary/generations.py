"""The keys of one generation of a log, and what the notary remembers of what it has signed with them."""

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator

from events.transparency.keys import SignerKey
from services.notary.durable_files import sync_folder
from services.notary.errors import NotaryUnusable
from services.notary.kept_models import keep, kept
from services.notary.key_files import make_key_file, read_key_file
from services.notary.requests import KeyPeriod
from services.notary.statements import STATEMENTS

KEY_FILE = "checkpoint-key"
STATEMENTS_KEY_FILE = "statements-key"
RETIRING_KEY_FILE = "checkpoint-key.retiring"
_NEW_KEY_FILE = "checkpoint-key.new"
PERIODS_FILE = "keys.json"
SIGNED_FILE = "last-signed.json"
STOPPED_FILE = "stopped.json"
WITNESSES_FILE = "witnesses.json"
ARCHIVE_FILE = "checkpoints"


def _bytes_of_hex(given: object) -> bytes:
    if isinstance(given, bytes):
        return given
    if isinstance(given, str):
        return bytes.fromhex(given)
    raise ValueError("is no hexadecimal text")


Hash = Annotated[bytes, PlainValidator(_bytes_of_hex), PlainSerializer(bytes.hex, return_type=str)]
"""A hash, kept as hexadecimal digits."""


class _Kept(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Signed(_Kept):
    """A tree that the notary has signed.

    Attributes:
        size: How many leaves it had.
        root: Its root.
        at: When it was signed.
    """

    size: int = Field(ge=0)
    root: Hash
    at: datetime


class Stopped(_Kept):
    """Why nothing is signed any more.

    Attributes:
        reason: What was found, in a sentence.
        at: When.
    """

    reason: str
    at: datetime


class WitnessMemory(_Kept):
    """What is known of a witness.

    Attributes:
        size: The largest tree that it has cosigned.
        at: When it last did so, by its clock.
        rolled_back: Whether it has named a smaller one since. Then its word counts no more: it has lost its memory.
    """

    size: int = 0
    at: datetime | None = None
    rolled_back: bool = False


class WitnessMemories(_Kept):
    """What is known of each witness, by its public key as hex."""

    witnesses: dict[str, WitnessMemory] = Field(default_factory=dict)


class _Periods(_Kept):
    keys: tuple[KeyPeriod, ...] = ()


class Generation:
    """The files of one generation.

    Args:
        folder: Where they are.
        origin: The name of the log in this generation.
    """

    def __init__(self, folder: Path, origin: str):
        self.folder = folder
        self.origin = origin

    def make(self, key: SignerKey, statements: SignerKey) -> None:
        """Keep new keys.

        Raises:
            NotaryUnusable: there are some already.
            OSError: they cannot be written.
        """
        if key.name != self.origin or statements.name != self.origin + STATEMENTS:
            raise ValueError("the keys of a log have its name")
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            make_key_file(self.folder / STATEMENTS_KEY_FILE, statements)
            make_key_file(self.folder / KEY_FILE, key)
        except FileExistsError:
            raise NotaryUnusable(f"There are keys of a notary in {self.folder} already.") from None

    def keys(self) -> tuple[SignerKey, ...]:
        """What checkpoints are signed with: the key, and while it is rotated the one before it.

        Raises:
            NotaryUnusable: a key cannot be used.
        """
        key = read_key_file(self.folder / KEY_FILE, self.origin)
        retiring = self.folder / RETIRING_KEY_FILE
        if not retiring.exists():
            return (key,)
        before = read_key_file(retiring, self.origin)
        return (key,) if before == key else (key, before)

    def statements_key(self) -> SignerKey:
        """What statements are signed with.

        Raises:
            NotaryUnusable: it cannot be used.
        """
        return read_key_file(self.folder / STATEMENTS_KEY_FILE, self.origin + STATEMENTS)

    def begin_rotation(self, key: SignerKey) -> None:
        """Sign with another key from now on, and with the present one too until the rotation is finished.

        Raises:
            NotaryUnusable: a rotation has begun already.
            OSError: it cannot be written.
        """
        if len(self.keys()) > 1:
            raise NotaryUnusable(
                "A rotation has begun already: both keys sign. Finish it once everybody knows the new key:"
                " cairn notary rotate --finish."
            )
        new, retiring = self.folder / _NEW_KEY_FILE, self.folder / RETIRING_KEY_FILE
        for left_over in (new, retiring):  # of one that was broken off
            left_over.unlink(missing_ok=True)
        make_key_file(new, key)
        os.link(self.folder / KEY_FILE, retiring)
        sync_folder(self.folder)
        new.replace(self.folder / KEY_FILE)
        sync_folder(self.folder)

    def finish_rotation(self, now: datetime) -> SignerKey:
        """Sign with the new key alone, and take the other one away.

        Returns:
            The one that signs no more.

        Raises:
            NotaryUnusable: no rotation has begun, or the new key has signed nothing yet.
            OSError: it cannot be written.
        """
        key, *rest = self.keys()
        if not rest:
            raise NotaryUnusable("No rotation has begun. Begin one: cairn notary rotate.")
        periods, last = self.periods(), self.last_signed()
        if str(key.verifier) not in {each.key for each in periods}:
            raise NotaryUnusable("The new key has signed nothing yet. Is the notary running? See: cairn notary status.")
        retired, size = rest[0], last.size if last else 0
        self._keep_periods(
            each.model_copy(update={"last_size": size, "retired_at": now}) if _ends(each, retired) else each
            for each in periods
        )
        (self.folder / RETIRING_KEY_FILE).unlink()
        sync_folder(self.folder)
        return retired

    def periods(self) -> tuple[KeyPeriod, ...]:
        """Every key of this generation, and what it has signed.

        Raises:
            NotaryUnusable: the file is damaged.
        """
        return (kept(self.folder / PERIODS_FILE, _Periods) or _Periods()).keys

    def note_periods(self, keys: Iterable[SignerKey], statements: SignerKey, size: int, now: datetime) -> None:
        """Remember keys that are going to sign, with the first tree that they sign; known ones stay as they are.

        Raises:
            NotaryUnusable: the file is damaged.
            OSError: it cannot be written.
        """
        periods = self.periods()
        known = {each.key for each in periods}
        texts = [str(key.verifier) for key in keys]
        new = [
            KeyPeriod(key=text, use="checkpoints", since=now, first_size=size) for text in texts if text not in known
        ]
        if (text := str(statements.verifier)) not in known:
            new.append(KeyPeriod(key=text, use="statements", since=now, first_size=size))
        if new:
            self._keep_periods((*periods, *new))

    def last_signed(self) -> Signed | None:
        """The last tree that was signed; None before the first.

        Raises:
            NotaryUnusable: the file is damaged.
        """
        return kept(self.folder / SIGNED_FILE, Signed)

    def note_signed(self, signed: Signed) -> None:
        """Remember what is going to be signed, before it is.

        Raises:
            OSError: it cannot be written, so it must not be signed.
        """
        keep(self.folder / SIGNED_FILE, signed)

    def stopped(self) -> Stopped | None:
        """Why nothing is signed; None while all is well.

        Raises:
            NotaryUnusable: the file is damaged.
        """
        return kept(self.folder / STOPPED_FILE, Stopped)

    def note_stopped(self, stopped: Stopped) -> None:
        """Remember that nothing may be signed any more, also after a restart.

        Raises:
            OSError: it cannot be written.
        """
        keep(self.folder / STOPPED_FILE, stopped)

    def forget_stopped(self) -> None:
        """Take back that nothing may be signed; whoever does that has noted it before.

        Raises:
            OSError: it cannot be taken back.
        """
        (self.folder / STOPPED_FILE).unlink()
        sync_folder(self.folder)

    def witnesses(self) -> WitnessMemories:
        """What is known of the witnesses.

        Raises:
            NotaryUnusable: the file is damaged.
        """
        return kept(self.folder / WITNESSES_FILE, WitnessMemories) or WitnessMemories()

    def note_witnesses(self, memories: WitnessMemories) -> None:
        """Remember what is known of the witnesses.

        Raises:
            OSError: it cannot be written.
        """
        keep(self.folder / WITNESSES_FILE, memories)

    def _keep_periods(self, periods: Iterable[KeyPeriod]) -> None:
        keep(self.folder / PERIODS_FILE, _Periods(keys=tuple(periods)))


def _ends(period: KeyPeriod, key: SignerKey) -> bool:
    return period.key == str(key.verifier) and period.retired_at is None
