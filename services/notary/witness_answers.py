"""What a witness answers to a checkpoint (C2SP tlog-witness 1.0.0), and what it means for whoever signs."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from events.transparency.checkpoints import cosignatures_of
from events.transparency.keys import VerifierKey
from events.transparency.notes import Note, SignatureLine, parse_lines
from events.transparency.refusals import NotProven

SIZE_TYPE = "text/x.tlog.size"
"""The media type of the size that a witness names when it is another one than was said."""
_LATER = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_ALARMS: Mapping[int, str] = {
    HTTPStatus.BAD_REQUEST: "it cannot read the request",
    HTTPStatus.FORBIDDEN: "it does not trust the key that signed: was the key rotated without telling it?",
    HTTPStatus.NOT_FOUND: "it does not know this log: it is not registered there",
}


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
    """The witness has cosigned a tree that this one does not extend: nothing may be signed any more."""


@dataclass(frozen=True, slots=True)
class TryLater:
    """The witness cannot answer now."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something has to be put right by people; to ask again changes nothing.

    Attributes:
        reason: What, in a sentence's rest.
    """

    reason: str


WitnessAnswer = Cosigned | AnotherSize | Fork | TryLater | Alarm


def read_answer(status: int, media_type: str, body: bytes, note: Note, witness: VerifierKey) -> WitnessAnswer:
    """What an answer to `add-checkpoint` means.

    Args:
        media_type: Its content type, without parameters.
        note: The checkpoint that was sent.
        witness: The key that the policy has for the witness; lines of other keys are passed over.
    """
    if status == HTTPStatus.OK:
        return _cosigned(body, note, witness)
    if status == HTTPStatus.CONFLICT and media_type == SIZE_TYPE:
        size = body.decode("latin-1").removesuffix("\n")
        if size.isascii() and size.isdecimal() and str(int(size)) == size:
            return AnotherSize(int(size))
        return Alarm("it names a size that is no number")
    if status in (HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY):
        # A witness in use answers 409 without a size where the specification has 422.
        return Fork()
    if status in _LATER or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return TryLater()
    return Alarm(_ALARMS.get(status, f"it answers with status {status}"))


def _cosigned(body: bytes, note: Note, witness: VerifierKey) -> WitnessAnswer:
    try:
        lines = [line for line in parse_lines(body.decode()) if line.is_of(witness)]
        found = cosignatures_of(Note(note.text, tuple(lines)), [witness])
    except (NotProven, UnicodeDecodeError):
        return Alarm("its cosignature does not verify")
    if not found:
        return Alarm("it answers without a cosignature of the key that the policy has for it")
    return Cosigned(lines[-1])
