"""What a witness remembers: whom it trusts, what it has cosigned, what it refused, and which events it has counted.

All of it is in one SQLite file. What was committed is on the disk (`synchronous=FULL`), and whoever changes something
holds the one lock for writing from before the first look to the last word: of two requests in flight, the second sees
what the first has done. Triggers keep the file itself from going backwards.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from events.transparency.checkpoints import Checkpoint
from events.transparency.keys import VerifierKey, parse_verifier_key
from services.witness.errors import WitnessRecordsUnusable

MAX_EVIDENCE = 1_000
"""How many refused requests are kept of one log; each has another checkpoint or statement that the log has signed."""
_LAYOUT = 1
_WAIT_SECONDS = 10.0
_LATER_TABLES = "CREATE TABLE IF NOT EXISTS put_back (reason TEXT NOT NULL) STRICT"
"""What records of an earlier version do not have yet."""
_TABLES = """
CREATE TABLE identity (records TEXT NOT NULL) STRICT;
CREATE TABLE keys (vkey TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE states (
    origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT, at INTEGER NOT NULL
) STRICT;
CREATE TRIGGER no_way_back BEFORE UPDATE ON states
WHEN NEW.size < OLD.size OR NEW.at < OLD.at OR (NEW.size = OLD.size AND NEW.root <> OLD.root)
BEGIN SELECT RAISE(ABORT, 'a witness does not go back'); END;
CREATE TRIGGER no_beginning_anew BEFORE DELETE ON states
BEGIN SELECT RAISE(ABORT, 'a witness does not forget'); END;
CREATE TABLE trees (
    origin TEXT NOT NULL, size INTEGER NOT NULL, root BLOB NOT NULL, line TEXT, announced INTEGER NOT NULL,
    PRIMARY KEY (origin, size)
) STRICT, WITHOUT ROWID;
CREATE TABLE evidence (
    id INTEGER PRIMARY KEY, origin TEXT NOT NULL, digest BLOB NOT NULL UNIQUE, at INTEGER NOT NULL,
    reason TEXT NOT NULL, request BLOB NOT NULL, against TEXT
) STRICT;
CREATE TABLE forks (origin TEXT PRIMARY KEY, reason TEXT NOT NULL) STRICT;
CREATE TABLE counting (org TEXT NOT NULL, stream TEXT, began INTEGER NOT NULL, contradiction TEXT) STRICT;
CREATE TABLE events (
    position INTEGER PRIMARY KEY, patient TEXT NOT NULL, goal TEXT NOT NULL, is_first INTEGER NOT NULL,
    is_heard INTEGER NOT NULL
) STRICT;
CREATE INDEX events_of_goals ON events (patient, goal, position);
CREATE TABLE missing (position INTEGER PRIMARY KEY, patient TEXT NOT NULL, goal TEXT NOT NULL) STRICT;
CREATE TABLE covered (first INTEGER PRIMARY KEY, last INTEGER NOT NULL) STRICT;
"""


class LogState(NamedTuple):
    """What a witness knows of a log.

    Attributes:
        size, root: The tree that it has last cosigned, or was told to begin from.
        note: The checkpoint with the log's signatures and its own; None where it has cosigned none.
        at: When it last cosigned, in seconds since 1970; 0 for never.
    """

    size: int
    root: bytes
    note: str | None
    at: int


class SignedTree(NamedTuple):
    """A tree that a log has signed.

    Attributes:
        line: The log's signature line; None for a tree that was pinned, of which nobody has seen the signature.
    """

    checkpoint: Checkpoint
    line: str | None

    @property
    def note(self) -> str:
        """The checkpoint as it was signed."""
        return f"{self.checkpoint.text}\n{self.line}\n" if self.line else self.checkpoint.text


class Evidence(NamedTuple):
    """Something that a log has signed and that was refused.

    Attributes:
        at: When it came, in seconds since 1970.
        reason: Why it was refused.
        request: It itself, as it came.
        against: A checkpoint that the log has signed, too, and that contradicts it; None where it is wrong by itself.
    """

    origin: str
    at: int
    reason: str
    request: bytes
    against: str | None


class Records:
    """The records of one witness, over one connection; a thread at a time uses it.

    Args:
        file: The database.
        records: Which records these have to be, as the identity beside the key says.

    Attributes:
        db: The connection, for what else is kept in the same file.

    Raises:
        WitnessRecordsUnusable: the file is not there, is damaged, or belongs to another witness.
    """

    def __init__(self, file: Path, records: str):
        if not file.is_file():
            raise WitnessRecordsUnusable(
                f"The records {file} are gone. Without them this witness would vouch for what it has refused before:"
                " put them back from where they were kept, or make a new witness with a key of its own."
            )
        self.db = _connected(file)
        try:
            _set_up(self.db)
            found = self.db.execute("SELECT records FROM identity").fetchall()
            layout = self.db.execute("PRAGMA user_version").fetchone()
            self.db.execute(_LATER_TABLES)
        except sqlite3.Error as error:
            self.db.close()
            raise WitnessRecordsUnusable(f"The records {file} cannot be read: {error}.") from None
        if found != [(records,)] or layout != (_LAYOUT,):
            self.db.close()
            raise WitnessRecordsUnusable(f"The records {file} belong to another witness than the key beside them.")

    @classmethod
    def make(cls, file: Path, records: str) -> None:
        """Make records that hold nothing yet.

        Raises:
            WitnessRecordsUnusable: they cannot be made.
        """
        try:
            with closing(_connected(file)) as db:
                _set_up(db)
                db.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {_LAYOUT}; COMMIT;")
                db.execute("INSERT INTO identity VALUES (?)", (records,))
        except sqlite3.Error as error:
            raise WitnessRecordsUnusable(f"The records {file} cannot be made: {error}.") from None
        file.chmod(0o600)

    def copy_to(self, file: Path) -> None:
        """Copy all records as they are now into a new file, for its owner alone.

        Raises:
            WitnessRecordsUnusable: there is such a file already.
            sqlite3.Error: it cannot be written.
        """
        try:
            file.touch(mode=0o600, exist_ok=False)
        except OSError as error:
            raise WitnessRecordsUnusable(f"The copy {file} cannot be made: {error.strerror}.") from None
        with closing(sqlite3.connect(file)) as copy:
            self.db.backup(copy)

    def close(self) -> None:
        """Let the file go."""
        self.db.close()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """A transaction in which nobody else changes anything; on the disk when the block ends without an error.

        Raises:
            sqlite3.Error: it cannot be written; nothing was changed.
        """
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.db.execute("COMMIT")
        except BaseException:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            raise

    def put_back(self) -> str | None:
        """What shows that these records are older than the witness's own word; None where nothing does."""
        found = self.db.execute("SELECT reason FROM put_back LIMIT 1").fetchone()
        return None if found is None else str(found[0])

    def note_put_back(self, reason: str) -> None:
        """Remember that these records are older than the witness's own word."""
        self.db.execute("INSERT INTO put_back VALUES (?)", (reason,))

    # ------------------------------------------------------------------------------------------ whom it trusts

    def trust(self, key: VerifierKey) -> None:
        """Trust a key of a log; twice is once."""
        self.db.execute("INSERT OR IGNORE INTO keys VALUES (?, ?)", (str(key), key.name))

    def distrust(self, key: VerifierKey) -> bool:
        """Trust a key no longer; what was cosigned stays. Returns whether it was trusted."""
        return self.db.execute("DELETE FROM keys WHERE vkey = ?", (str(key),)).rowcount > 0

    def trusted(self, name: str | None = None) -> list[VerifierKey]:
        """The keys that are trusted, of one name or of all: a log's for checkpoints, or that for its statements."""
        found = self.db.execute("SELECT vkey FROM keys WHERE ? IS NULL OR name = ? ORDER BY vkey", (name, name))
        return [parse_verifier_key(text) for (text,) in found]

    # ------------------------------------------------------------------------------------------- what it cosigned

    def known_origins(self) -> list[str]:
        """The logs of which a tree is known, also where no key of them is trusted any more."""
        return [origin for (origin,) in self.db.execute("SELECT origin FROM states ORDER BY origin")]

    def state(self, origin: str) -> LogState | None:
        """What is known of a log; None before the first checkpoint of one that was not pinned."""
        row = self.db.execute("SELECT size, root, note, at FROM states WHERE origin = ?", (origin,)).fetchone()
        return None if row is None else LogState(*row)

    def cosigned(self, checkpoint: Checkpoint, note: str | None, at: int) -> None:
        """Remember a tree as the last one; `note` is None for one that the witness is told to begin from."""
        self.db.execute(
            "INSERT INTO states VALUES (?, ?, ?, ?, ?) ON CONFLICT (origin) DO UPDATE"
            " SET size = excluded.size, root = excluded.root, note = excluded.note, at = excluded.at",
            (checkpoint.origin, checkpoint.size, checkpoint.root, note, at),
        )

    def tree(self, origin: str, size: int) -> SignedTree | None:
        """The tree that the log has signed for a size; None where that is not known."""
        found = self.db.execute("SELECT root, line FROM trees WHERE origin = ? AND size = ?", (origin, size)).fetchone()
        return None if found is None else SignedTree(Checkpoint(origin, size, found[0]), found[1])

    def signed_tree(self, tree: SignedTree, *, announced: bool = False) -> None:
        """Remember a tree that the log has signed.

        Args:
            announced: Whether it was announced to the organisation whose events are counted.
        """
        checkpoint = tree.checkpoint
        self.db.execute(
            "INSERT INTO trees VALUES (?, ?, ?, ?, ?) ON CONFLICT (origin, size) DO UPDATE"
            " SET announced = max(announced, excluded.announced), line = coalesce(line, excluded.line)",
            (checkpoint.origin, checkpoint.size, checkpoint.root, tree.line, announced),
        )

    def is_announced(self, origin: str) -> bool:
        """Whether a log was announced to the organisation as the one that its events are in."""
        found = self.db.execute("SELECT 1 FROM trees WHERE origin = ? AND announced LIMIT 1", (origin,))
        return found.fetchone() is not None

    def fork(self, origin: str) -> str | None:
        """What shows that a log has two histories, in a sentence; None where nothing does."""
        found = self.db.execute("SELECT reason FROM forks WHERE origin = ?", (origin,)).fetchone()
        return None if found is None else str(found[0])

    def note_fork(self, origin: str, reason: str) -> None:
        """Remember that a log has two histories; the first sentence stays."""
        self.db.execute("INSERT OR IGNORE INTO forks VALUES (?, ?)", (origin, reason))

    def keep_evidence(self, evidence: Evidence, signed: str) -> None:
        """Keep what was refused, once for each reason and text.

        What contradicts another checkpoint has room of its own: anybody can send a checkpoint with a wrong proof.

        Args:
            signed: The text that the log has signed.
        """
        origin, at, reason, request, against = evidence
        (count,) = self.db.execute(
            "SELECT count(*) FROM evidence WHERE origin = ? AND (against IS NULL) = ?", (origin, against is None)
        ).fetchone()
        if count < MAX_EVIDENCE:
            self.db.execute(
                "INSERT OR IGNORE INTO evidence (origin, digest, at, reason, request, against)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (origin, sha256(f"{reason}\n{signed}".encode()).digest(), at, reason, request, against),
            )

    def evidence(self) -> list[Evidence]:
        """What was refused and kept, the oldest first."""
        return [
            Evidence(*row)
            for row in self.db.execute("SELECT origin, at, reason, request, against FROM evidence ORDER BY id")
        ]


def _connected(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False)


def _set_up(db: sqlite3.Connection) -> None:
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
