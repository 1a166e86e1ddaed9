"""Who the notary of one log is: which origin it signs for, in which generation, in a folder outside the data folder.

A backup of the data folder that is put back must not take these files along: what the notary remembers of its own word
is how it finds out that the log, or itself, is an older one.

    STREAM/identity.json      the origin; its last number is the generation that signs now
    STREAM/policy             whom the operator names as witnesses, and how many are enough (tlog-policy)
    STREAM/acts.json          what was done with the notary (acts.py)
    STREAM/successions/1      the signed note by which the first generation ended
    STREAM/1/…                the keys and the memory of the first generation (generations.py)
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from events.transparency.keys import is_key_name
from services.notary.durable_files import FOR_THE_OWNER, replace_file
from services.notary.errors import NotaryUnusable
from services.notary.generations import Generation
from services.notary.kept_models import keep, kept

IDENTITY_FILE = "identity.json"
POLICY_FILE = "policy"
SUCCESSIONS = "successions"
_LOCK_FILE = "lock"
_RUNNING_FILE = "running"
_NOTING_FILE = "noting"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = rf"(?:{_LABEL}\.)*(?!\d+(?:[:/]|$)){_LABEL}"
"""Labels of letters, digits and hyphens between them, as names of machines have (RFC 1123); the last is no number."""
_ORIGIN = re.compile(_DOMAIN + r"(?::\d{1,5})?/tlog/[a-z0-9]{8,32}-([1-9]\d{0,3})", re.ASCII)


class Identity(BaseModel):
    """Which log this notary signs for.

    Attributes:
        origin: `DOMAIN/tlog/ID-GENERATION`, as :func:`is_origin` has it; the name of its key, too.
        stream: The stream of NATS that holds the log.
        made_at: When this generation began.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    origin: str
    stream: str
    made_at: datetime

    @property
    def generation(self) -> int:
        """How often a log of this id was begun: 1 for the first time."""
        return int(self.origin.rpartition("-")[2])

    def succeeded(self, at: datetime) -> "Identity":
        """The identity of the next generation."""
        head = self.origin.rpartition("-")[0]
        return Identity(origin=f"{head}-{self.generation + 1}", stream=self.stream, made_at=at)


def is_origin(text: str) -> bool:
    """Whether a text can name a log: a domain, `/tlog/`, an id drawn once, and a generation from 1 on."""
    return bool(_ORIGIN.fullmatch(text)) and is_key_name(text)


class NotaryFolder:
    """The files of the notary of one stream.

    Args:
        folder: Where they are.
    """

    def __init__(self, folder: Path):
        self.folder = folder

    @property
    def has_notary(self) -> bool:
        """Whether somebody has made a notary here."""
        return (self.folder / IDENTITY_FILE).exists()

    def make(self, identity: Identity) -> Generation:
        """Keep a new identity, whose first generation is made already.

        Raises:
            NotaryUnusable: there is one already.
            OSError: it cannot be written.
        """
        if self.has_notary:
            raise NotaryUnusable(
                f"There is a notary in {self.folder} already, of {self.identity().origin}. A log has one origin; it is"
                " made once. After a loss of what was signed: cairn notary succeed."
            )
        keep(self.folder / IDENTITY_FILE, identity)
        return self.generation(identity)

    def identity(self) -> Identity:
        """Which log the notary signs for.

        Raises:
            NotaryUnusable: nobody has made it, or the file is damaged.
        """
        found = kept(self.folder / IDENTITY_FILE, Identity)
        if found is None:
            raise NotaryUnusable(f"There is no notary in {self.folder}. Make it, once: cairn notary init.")
        if not is_origin(found.origin):
            raise NotaryUnusable(f"{self.folder / IDENTITY_FILE} names no origin of a log.")
        return found

    def generation(self, identity: Identity) -> Generation:
        """The keys and the memory of a generation."""
        return Generation(self.folder / str(identity.generation), identity.origin)

    def succeed(self, ended: Identity, note: str, begun: Identity) -> None:
        """Let a generation that is made already take the place of another.

        Args:
            note: The signed note that says so, and why.

        Raises:
            OSError: it cannot be written; the one that is to end goes on.
        """
        folder = self.folder / SUCCESSIONS
        folder.mkdir(mode=0o700, exist_ok=True)
        replace_file(folder / str(ended.generation), note.encode())
        keep(self.folder / IDENTITY_FILE, begun)

    def successions(self, identity: Identity) -> tuple[str, ...]:
        """The notes by which the generations before this one ended, the first one first.

        Raises:
            OSError: one cannot be read.
        """
        numbers = range(1, identity.generation)
        return tuple((self.folder / SUCCESSIONS / str(number)).read_text(encoding="utf-8") for number in numbers)

    def former_generations(self, identity: Identity) -> tuple[Generation, ...]:
        """Those before this one, the first one first."""
        head = identity.origin.rpartition("-")[0]
        numbers = range(1, identity.generation)
        return tuple(Generation(self.folder / str(number), f"{head}-{number}") for number in numbers)

    def policy(self) -> str:
        """What the operator has written about witnesses; empty where nothing is.

        Raises:
            NotaryUnusable: the file cannot be read.
        """
        try:
            return (self.folder / POLICY_FILE).read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise NotaryUnusable(f"{self.folder / POLICY_FILE} cannot be read ({type(error).__name__}).") from None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep everybody else from signing and from changing keys and generations; waits for who does so now.

        Raises:
            NotaryUnusable: the folder cannot be written.
        """
        with self._held(_LOCK_FILE) as descriptor:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Keep everybody else from noting what was done; it is allowed to whoever keeps the folder locked, too.

        Raises:
            NotaryUnusable: the folder cannot be written.
        """
        with self._held(_NOTING_FILE) as descriptor:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield

    @contextmanager
    def running(self) -> Iterator[None]:
        """Be the only service that signs with this folder.

        Raises:
            NotaryUnusable: another one runs, or the folder cannot be written.
        """
        with self._held(_RUNNING_FILE) as descriptor:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise NotaryUnusable(f"A notary runs with {self.folder} already; there can be only one.") from None
            yield

    @contextmanager
    def _held(self, name: str) -> Iterator[int]:
        try:
            descriptor = os.open(self.folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FOR_THE_OWNER)
        except OSError as error:
            raise NotaryUnusable(f"The notary's folder {self.folder} cannot be written: {error.strerror}.") from None
        try:
            yield descriptor
        finally:
            os.close(descriptor)
