"""What a witness answers to a checkpoint (C2SP tlog-witness 1.0.0), and what it means for whoever signs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from pydantic import BaseModel, Field, ValidationError

from events.transparency.checkpoints import cosignatures_of
from events.transparency.keys import VerifierKey
from events.transparency.notes import Note, SignatureLine, parse_lines, signers_of
from events.transparency.refusals import NotProven

SIZE_TYPE = "text/x.tlog.size"
"""The media type of the size that a witness names when it is another one than was said."""
_SIZE = re.compile(rb"(0|[1-9][0-9]{0,18})\n?")
_LATER = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_ALARMS: Mapping[int, str] = {
    HTTPStatus.BAD_REQUEST: "it cannot read the request",
    HTTPStatus.FORBIDDEN: "it does not trust the key that signed: was the key rotated without telling it?",
    HTTPStatus.NOT_FOUND: "it does not know this log: it is not registered there",
}
MAX_CLOCK_SECONDS = 300
"""How far the time of a cosignature may be from this machine's own: as far as `verify_history.py` takes it for no
contradiction. What is published with a wrong time stays, and would put each event around it in a wrong light."""
MAX_SAID_CHARACTERS = 200
"""How many characters are told of what a witness says."""
_FORK_OF_NOTHING = "it refuses a checkpoint as no extension, and is not known to have cosigned any"


@dataclass(frozen=True, slots=True)
class Cosigned:
    """The witness has cosigned.

    Attributes:
        line: Its line, which verifies.
    """

    line: SignatureLine


@dataclass(frozen=True, slots=True)
class AnotherSize:
    """The witness has last cosigned another size than was said.

    Attributes:
        size: That size.
    """

    size: int


@dataclass(frozen=True, slots=True)
class Fork:
    """The witness has cosigned a tree that this one does not extend: nothing may be signed any more.

    Of one that has cosigned nothing, whatever it says, no tree can be that.
    """


@dataclass(frozen=True, slots=True)
class TryLater:
    """The witness cannot answer now.

    Attributes:
        said: What it says to that, in its own words; None where it does not answer, or says nothing.
    """

    said: str | None = None

    @property
    def reason(self) -> str:
        """What is the matter, in a sentence's rest."""
        return "it does not answer, or asks to be asked later" if self.said is None else f"it says: {self.said}"


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something has to be put right by people; to ask again changes nothing.

    Attributes:
        reason: What, in a sentence's rest.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class StatementRefused:
    """The witness does not sign a statement.

    Attributes:
        code: Which of its reasons it is, as docs/witness.md lists them; `witness.unreadable` where it gives none that
            can be read, `witness.unavailable` where it does not answer now.
        detail: A sentence.
    """

    code: str
    detail: str


WitnessAnswer = Cosigned | AnotherSize | Fork | TryLater | Alarm


def read_answer(
    status: int, media_type: str, body: bytes, old_size: int, note: Note, witness: VerifierKey, now: float
) -> WitnessAnswer:
    """What an answer to `add-checkpoint` means.

    Args:
        media_type: Its content type, without parameters.
        old_size: The size that was said to be the one that it has last cosigned.
        note: The checkpoint that was sent.
        witness: The key that the policy has for the witness; lines of other keys are passed over.
        now: The time here, in seconds since 1970.
    """
    if status == HTTPStatus.OK:
        return _cosigned(body, note, witness, now)
    if status == HTTPStatus.CONFLICT and media_type == SIZE_TYPE:
        size = _SIZE.fullmatch(body)
        if size is None:
            return Alarm("it names a size that is no number")
        if int(size[1]) != old_size:
            return AnotherSize(int(size[1]))
    # tlog-witness 1.0.0 has 409 for another root of the same size; what came after it has 422.
    if status in (HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY):
        return Fork() if old_size else Alarm(_FORK_OF_NOTHING)
    if status in _LATER or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return TryLater(_said(media_type, body))
    return Alarm(_ALARMS.get(status, f"it answers with status {status}"))


def _said(media_type: str, body: bytes) -> str | None:
    """What a witness says in words for people; of one of somebody else's it may be anything."""
    if media_type != "text/plain":
        return None
    said = body.decode(errors="replace").strip()[:MAX_SAID_CHARACTERS]
    return said if said.isprintable() and said else None


def _cosigned(body: bytes, note: Note, witness: VerifierKey, now: float) -> WitnessAnswer:
    try:
        lines = [line for line in parse_lines(body.decode()) if line.is_of(witness)]
        found = cosignatures_of(Note(note.text, tuple(lines)), [witness])
    except (NotProven, UnicodeDecodeError):
        return Alarm("its cosignature does not verify")
    if not found:
        return Alarm("it answers without a cosignature of the key that the policy has for it")
    if found[0].at == 0:
        return Alarm("its cosignature has no time")
    if abs(ahead := found[0].at - round(now)) > MAX_CLOCK_SECONDS:
        where = "ahead of" if ahead > 0 else "behind"
        return Alarm(
            f"its clock is {abs(ahead):,} s {where} this machine's, so its cosignature is not used: put right the one"
            " that is wrong"
        )
    return Cosigned(lines[-1])


class _Problem(BaseModel):
    code: str = Field(pattern=r"^[a-z_]{1,40}\.[a-z_]{1,40}$")
    detail: str = Field(max_length=1_000)


def read_statement_answer(status: int, body: bytes, note: Note, key: VerifierKey) -> SignatureLine | StatementRefused:
    """What an answer to `add-statement` means.

    Args:
        note: The statement that was sent.
        key: The witness's key for statements; lines of other keys are passed over.
    """
    if status == HTTPStatus.OK:
        return _signed(body, note, key)
    if status in _LATER or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return StatementRefused("witness.unavailable", "The witness cannot answer now.")
    try:
        problem = _Problem.model_validate_json(body)
    except ValidationError:
        return StatementRefused("witness.unreadable", f"The witness answers with status {status}, and gives no reason.")
    return StatementRefused(problem.code, problem.detail)


def _signed(body: bytes, note: Note, key: VerifierKey) -> SignatureLine | StatementRefused:
    try:
        lines = [line for line in parse_lines(body.decode()) if line.is_of(key)]
        found = signers_of(Note(note.text, tuple(lines)), [key])
    except (NotProven, UnicodeDecodeError):
        return StatementRefused("witness.unreadable", "The witness's signature of the statement does not verify.")
    if not found:
        return StatementRefused("witness.unreadable", f"The witness answers without a signature of {key.name}.")
    return lines[-1]
