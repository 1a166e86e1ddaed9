"""Signed notes (C2SP signed-note 1.0.0): a text, an empty line, and signature lines."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from events.transparency.keys import NOTE, SignerKey, VerifierKey, is_key_name, strict_base64
from events.transparency.refusals import NotProven

MAX_NOTE_BYTES = 256 * 1024
"""How large a note may be that is read."""
MAX_SIGNATURES = 100
"""How many signature lines a note may have that is read; at least 16 have to be."""
_DASH = "— "
_ID_BYTES = 4


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One line below a note.

    Attributes:
        name: The name of the key.
        key_id: The four bytes by which the line finds it.
        signature: What the key's kind makes of the note.
    """

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        """The line, without a line break."""
        return f"{_DASH}{self.name} {base64.b64encode(self.key_id + self.signature).decode()}"

    def is_of(self, key: VerifierKey) -> bool:
        """Whether it says that it is of a key."""
        return self.name == key.name and self.key_id == key.id


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the lines below it. Whether they verify is not said here.

    Attributes:
        text: What is signed, with the line break at its end.
        signatures: The lines, in their order.
    """

    text: str
    signatures: tuple[SignatureLine, ...]

    def __str__(self) -> str:
        """The note as it is handed about."""
        return "\n".join((self.text, *map(str, self.signatures), ""))

    def with_lines(self, lines: Iterable[SignatureLine]) -> "Note":
        """The note with further lines; a line that is there already is not doubled."""
        return Note(self.text, (*self.signatures, *(each for each in lines if each not in self.signatures)))


def parse_note(given: bytes) -> Note:
    """A note from its bytes.

    Raises:
        NotProven: these are no note.
    """
    if len(given) > MAX_NOTE_BYTES:
        raise NotProven(f"a note has more than {MAX_NOTE_BYTES} bytes")
    try:
        whole = given.decode("utf-8")
    except UnicodeDecodeError:
        raise NotProven("a note is not UTF-8") from None
    if any(ord(each) < 0x20 and each != "\n" for each in whole):
        raise NotProven("a note has a control character")
    text, between, lines = whole.rpartition("\n\n")
    if not between or not lines.endswith("\n"):
        raise NotProven("a note has no signatures after an empty line, each with a line break")
    return Note(text + "\n", tuple(parse_lines(lines)))


def parse_lines(lines: str) -> Sequence[SignatureLine]:
    """Signature lines, each with its line break.

    Raises:
        NotProven: one of them is none, or there are too many.
    """
    each_line = lines.removesuffix("\n").split("\n") if lines else []
    if len(each_line) > MAX_SIGNATURES:
        raise NotProven(f"a note has more than {MAX_SIGNATURES} signatures")
    return [_line(each) for each in each_line]


def signed(text: str, *keys: SignerKey) -> Note:
    """A text as a note signed with keys.

    Args:
        text: It ends with a line break.

    Raises:
        ValueError: the text or a key cannot be that of a note.
    """
    if not text.endswith("\n") or any(key.kind != NOTE for key in keys):
        raise ValueError("a note is a text with a line break at its end, and signed with keys for notes")
    lines = (SignatureLine(key.name, key.verifier.id, key.sign(text.encode())) for key in keys)
    return Note(text, tuple(lines))


def signers_of(note: Note, keys: Iterable[VerifierKey]) -> list[VerifierKey]:
    """Which of the keys have signed a note. Lines of unknown keys say nothing.

    Raises:
        NotProven: a line that says it is of a known key does not verify: then nothing of the note counts.
    """
    found = []
    for key in keys:
        if key.kind != NOTE:
            continue
        lines = [line for line in note.signatures if line.is_of(key)]
        if any(not key.verifies(line.signature, note.text.encode()) for line in lines):
            raise NotProven(f"a signature of {key.name} does not verify")
        if lines:
            found.append(key)
    return found


def _line(line: str) -> SignatureLine:
    if not line.startswith(_DASH):
        raise NotProven("a signature line does not begin with a dash and a space")
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    payload = strict_base64(encoded)
    if not is_key_name(name) or payload is None or len(payload) <= _ID_BYTES:
        raise NotProven("a signature line is not a name and a signature in base64")
    return SignatureLine(name, payload[:_ID_BYTES], payload[_ID_BYTES:])
