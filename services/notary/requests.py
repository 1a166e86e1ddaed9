"""What is asked of the notary over NATS, and what it answers: the one way to its tree, its notes and its keys.

A request on `cairn.notary.STREAM` is one of the `Ask…` models in JSON; it is answered with the model that its docstring
names, or with a :class:`NotaryRefusal`. Hashes are base64 of their bytes joined. Nothing here holds a patient's words.
"""

import base64
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator

from events.outcome import RejectedOutcome
from services.administration.notary_act import NotaryAct

SUBJECT = "cairn.notary"
"""Asked on `cairn.notary.STREAM`; the notary of that stream of the log answers."""
QUEUE = "notary"
"""The queue group in which the notary hears what it is asked."""
MAX_PROOFS = 200
"""How many proofs, or hashes of subtrees, one request may ask for: an answer stays below what NATS carries."""
MAX_NODES = 4_000
MAX_GENERATION = 9999
"""The last generation that an origin can name."""
MAX_ACTS = 1_000
"""How many acts an answer tells of at most, the newest ones."""

Size = Annotated[int, Field(ge=0, lt=2**63)]
Position = Annotated[int, Field(ge=1, lt=2**63)]
Level = Annotated[int, Field(ge=0, le=63)]


def _bytes_of(given: object) -> bytes:
    if isinstance(given, bytes):
        return given
    if isinstance(given, str):
        return base64.b64decode(given, validate=True)
    raise ValueError("is no base64")


def _base64_of(given: bytes) -> str:
    return base64.b64encode(given).decode()


Bytes = Annotated[bytes, PlainValidator(_bytes_of), PlainSerializer(_base64_of, return_type=str)]
"""Bytes, as base64 in JSON."""


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AskStatus(_Asked):
    """How the notary is; answered with :class:`NotaryStatus`."""

    ask: Literal["status"] = "status"


class _AskedOf(_Asked):
    """A request about one generation.

    Attributes:
        generation: Its number; None for the one that signs.
    """

    generation: Annotated[int, Field(ge=1, le=MAX_GENERATION)] | None = None


class AskCheckpoint(_AskedOf):
    """A checkpoint; answered with :class:`NoteAnswer`.

    Attributes:
        size: The first kept one that has at least so many leaves.
        below: The last kept one that has fewer leaves. Without either: the newest, as it is published.
    """

    ask: Literal["checkpoint"] = "checkpoint"
    size: Size | None = None
    below: Size | None = None


class AskTile(_AskedOf):
    """The hashes of a tile of the newest published tree; answered with :class:`BytesAnswer`."""

    ask: Literal["tile"] = "tile"
    level: Level
    number: Size
    width: Annotated[int, Field(ge=1, le=256)]


class AskEntries(_Asked):
    """A bundle of leaves as tlog-tiles has them, of the newest published tree; answered with :class:`BytesAnswer`."""

    ask: Literal["entries"] = "entries"
    number: Size
    width: Annotated[int, Field(ge=1, le=256)]


class AskProofs(_Asked):
    """Proofs that events are in the tree of one checkpoint; answered with :class:`ProofsAnswer`.

    Attributes:
        positions: Where the events are in the log.
        size: The size of a checkpoint that :class:`AskCheckpoint` has given. Without it: that of the newest.
    """

    ask: Literal["proofs"] = "proofs"
    positions: Annotated[tuple[Position, ...], Field(min_length=1, max_length=MAX_PROOFS)]
    size: Size | None = None


class AskNodes(_Asked):
    """The hashes of full subtrees; answered with :class:`BytesAnswer`, in the order in which they are asked for.

    Attributes:
        nodes: Level and number of each: the subtree covers the leaves from `number << level` on, `1 << level` many.
    """

    ask: Literal["nodes"] = "nodes"
    nodes: Annotated[tuple[tuple[Level, Size], ...], Field(min_length=1, max_length=MAX_NODES)]


class AskConsistency(_AskedOf):
    """The proof that a smaller tree is an earlier state of a larger one; answered with :class:`BytesAnswer`."""

    ask: Literal["consistency"] = "consistency"
    old: Size
    new: Size


class AskStatement(_Asked):
    """The signed statement of how many events there are of somebody; answered with :class:`NoteAnswer`.

    The notary counts the events itself, in the log, up to the size that is named; the names and digests of files are
    taken as they are given, as whoever asks has made them.

    Attributes:
        scope: `ORG`, `ORG.PATIENT` or `ORG.PATIENT.GOAL`.
        size: The size of a checkpoint that it has given.
        files: The SHA-256 of each file of the export, as hex, by its name.
    """

    ask: Literal["statement"] = "statement"
    scope: Annotated[str, Field(min_length=1, max_length=400)]
    size: Size
    files: Annotated[dict[str, Annotated[str, Field(pattern="^[0-9a-f]{64}$")]], Field(max_length=2_000)]


class AskKeys(_AskedOf):
    """Whose word the notary's is; answered with :class:`KeysAnswer`."""

    ask: Literal["keys"] = "keys"


class AskActs(_Asked):
    """What was done with the notary; answered with :class:`ActsAnswer`."""

    ask: Literal["acts"] = "acts"


class AskSign(_Asked):
    """Sign now, ask the witnesses, and publish: for a backup; answered with :class:`NoteAnswer`."""

    ask: Literal["sign"] = "sign"


class AskWitnesses(_Asked):
    """Ask each witness now, also one that is left alone; answered afterwards, with :class:`NotaryStatus`."""

    ask: Literal["witnesses"] = "witnesses"


Ask = Annotated[
    AskStatus
    | AskCheckpoint
    | AskTile
    | AskEntries
    | AskProofs
    | AskNodes
    | AskConsistency
    | AskStatement
    | AskKeys
    | AskActs
    | AskSign
    | AskWitnesses,
    Field(discriminator="ask"),
]
"""Any request."""


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class WitnessStatus(_Answer):
    """How it goes with one witness.

    Attributes:
        name: As the policy calls it.
        cosigned_size: The largest tree that it has cosigned; None for none that is known.
        cosigned_at: When it did so, by its clock.
        trouble: Why it does not cosign now, in a sentence; None where it does.
    """

    name: str
    cosigned_size: int | None = None
    cosigned_at: datetime | None = None
    trouble: str | None = None


class NotaryStatus(_Answer):
    """How a notary is.

    Attributes:
        origin: The name of the log, as checkpoints have it.
        stream: The stream of NATS.
        size, root, signed_at: What was signed last; None before the first.
        published_size: The size of the newest checkpoint that has the cosignatures which the policy asks for.
        witnessed_at: The earliest time at which enough witnesses had cosigned that one; None without witnesses.
        quorum: What the policy asks for, such as `any of 2`; `none` without witnesses.
        witnesses: Each of them.
        log_head: The last position of the log that the notary knows of.
        stopped: Why nothing is signed any more, in a sentence; None while all is well.
        stopped_at: Since when.
        waiting: Why nothing is signed for the time being, in a sentence; it goes on by itself once that is over. None
            while all is well, and while it is stopped.
        unpublished_since: Since when what is signed lacks cosignatures, so that it is not published; None while there
            are enough.
        policy_trouble: Why the policy as it is written now is not heeded, in a sentence; the one from before is. None
            while it is heeded.
        audited_at, audit_wrong: When the log was last read again and compared with the tree, and how many leaves
            differed; None before the first time.
    """

    origin: str
    stream: str
    size: int | None = None
    root: Bytes | None = None
    signed_at: datetime | None = None
    published_size: int | None = None
    witnessed_at: datetime | None = None
    quorum: str = "none"
    witnesses: tuple[WitnessStatus, ...] = ()
    log_head: int = 0
    stopped: str | None = None
    stopped_at: datetime | None = None
    waiting: str | None = None
    unpublished_since: datetime | None = None
    policy_trouble: str | None = None
    audited_at: datetime | None = None
    audit_wrong: int | None = None


class NoteAnswer(_Answer):
    """A signed note.

    Attributes:
        note: Its text with all of its signature lines.
    """

    note: str


class BytesAnswer(_Answer):
    """Bytes: hashes joined, or a bundle.

    Attributes:
        content: Them.
    """

    content: Bytes


class ProofsAnswer(_Answer):
    """Proofs against one checkpoint.

    Attributes:
        note: The checkpoint with its cosignatures.
        proofs: For each position asked for, in order, the hashes from the leaf upward, joined.
    """

    note: str
    proofs: tuple[Bytes, ...]


class KeyPeriod(_Answer):
    """A key of the log, and which of its checkpoints it has signed.

    Attributes:
        key: In the text form of verifiers (`NAME+ID+BASE64`).
        use: What it signs.
        since: When it was made.
        first_size: The smallest tree that it has signed.
        last_size: The largest, where it was retired; None while it signs.
        retired_at: When it was retired.
    """

    key: str
    use: Literal["checkpoints", "statements"]
    since: datetime
    first_size: int = 0
    last_size: int | None = None
    retired_at: datetime | None = None


class KeysAnswer(_Answer):
    """Whose word the notary's is.

    Attributes:
        origin: The name of the log.
        keys: All that it has had in that generation.
        policy: Whom the operator names, in the form of tlog-policy: the log, its witnesses, and how many are enough.
        successions: The signed notes by which earlier generations ended, the first one first; and that by which this
            one did.
        former: All keys of earlier generations, which checkpoints of those are checked by.
    """

    origin: str
    keys: tuple[KeyPeriod, ...]
    former: tuple[KeyPeriod, ...] = ()
    policy: str
    successions: tuple[str, ...] = ()


class ActsAnswer(_Answer):
    """What was done with the notary.

    Attributes:
        acts: Each act, in order; the newest thousand.
        recorded: How many of them are recorded. The others are noted beside its keys, and are recorded soon.
    """

    acts: tuple[NotaryAct, ...]
    recorded: int


class NotaryRefusal(RejectedOutcome):
    """Why a request is not answered.

    Attributes:
        code: `proof.none` where there is no such thing, `proof.not_yet` where it is not signed yet, `proof.stopped`
            where nothing will be any more, `request.invalid` where the request is not understood, `internal.error`
            where Cairn made a mistake.
        detail: A sentence.
    """

    code: Literal["proof.none", "proof.not_yet", "proof.stopped", "request.invalid", "internal.error"]


NotaryAnswer = NotaryStatus | NoteAnswer | BytesAnswer | ProofsAnswer | KeysAnswer | ActsAnswer | NotaryRefusal
