"""A log of two patients with its tree, its checkpoints and its notary in memory, and exports of it."""

import base64
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal

from events.leaf import leaf_of
from events.raw_message import RawMessage
from events.transparency.checkpoints import Checkpoint, checkpoint_of, cosigned
from events.transparency.keys import COSIGNATURE, NOTE, SignerKey
from events.transparency.merkle import leaf_hash
from events.transparency.notes import Note, signed
from events.transparency.proving import Subtree
from events.transparency.tiles import SubtreesFromTiles
from services.notary.asking import NotaryRefused
from services.notary.export_folder import new_export
from services.notary.history_export import HistoryExport, nothing_withheld
from services.notary.requests import KeyPeriod, KeysAnswer
from services.notary.statements import STATEMENTS, CountedEvents, stated
from services.notary.tile_files import TileFiles
from services.notary.tile_tree import TileTree

ORIGIN = "records.clinic.example/tlog/7f3k2m9q-1"
LOG, STATE = (SignerKey(name, NOTE, bytes([n]) * 32) for n, name in enumerate((ORIGIN, ORIGIN + STATEMENTS), 1))
WITNESSES = [SignerKey(f"witness.example/w{n}", COSIGNATURE, bytes([n]) * 32) for n in (3, 4)]
COUNTING = SignerKey("witness.example/w3/statements", NOTE, bytes([6]) * 32)
"""The key with which the first witness signs statements."""
START = 1_790_000_000
SCOPE = "northside.p1"
WITNESS_LINES = (
    f"witness one {WITNESSES[0].verifier}\nwitness two {WITNESSES[1].verifier}\ngroup both all one two\nquorum both\n"
)
POLICY = f"log {LOG.verifier}\nlog {STATE.verifier}\n{WITNESS_LINES}"
MADE = datetime(2026, 9, 1, tzinfo=UTC)


def message(position: int) -> RawMessage:
    """Every second event is of another patient; those of the first have two goals."""
    place = f"northside.p1.g{position % 4}" if position % 2 else f"northside.p2.g{position}"
    version = (position + 3) // 4 if position % 2 else 1
    blind = base64.urlsafe_b64encode(sha256(b"%d" % position).digest()[:16]).rstrip(b"=").decode()
    headers = (
        f"NATS/1.0\r\nce-id: e{position}\r\nce-subject: {place}\r\nce-version: {version}\r\nce-actor: p1\r\n"
        f"ce-actorrole: patient\r\nce-type: cairn.goal.progress_logged.v1\r\ncairn-blind: {blind}\r\n"
        "Nats-Expected-Last-Subject-Sequence: 0\r\n\r\n"
    )
    body = json.dumps({"on": "2026-11-28", "note": f"Sunday {position}, without. Über die Brücke."}).encode()
    return RawMessage(f"cairn.log.{place}", position, (START + position) * 1_000_000_000 + 7, headers.encode(), body)


class Clinic:
    """A log, and the notary of it, which answers what :class:`services.notary.asking.AskedNotary` answers.

    Args:
        folder: For its tiles.
        messages: The log.

    Attributes:
        kept: The sizes of the checkpoints that the notary has kept. It cosigned each when its last event was recorded.
        signers: The keys that checkpoints are signed with.
        keys: What the notary says of its keys.
        cosigns_statements: Whether the first witness signs statements too.
    """

    def __init__(
        self,
        folder: Path,
        messages: Iterable[RawMessage],
        kept: Sequence[int] = (),
        *,
        origin: str = ORIGIN,
        statements: SignerKey = STATE,
    ):
        self.origin = origin
        self._statements = statements
        self.messages = list(messages)
        self.kept = list(kept)
        self.signers = [LOG]
        self.cosigns_statements = False
        self.tree = TileTree(TileFiles(folder / "tiles"), 0)
        self.tree.extend(leaf_hash(leaf_of(each)) for each in self.messages)
        self.tree.write()
        self.keys = KeysAnswer(origin=ORIGIN, keys=(period(LOG), period(STATE)), policy=POLICY)

    async def checkpoint(self, size: int | None = None, below: int | None = None) -> Note:
        """The newest checkpoint, or a kept one."""
        if size is None and below is None:
            return self.note(len(self.messages))
        found = [each for each in self.kept if each >= size] if size is not None else []
        if below is not None:
            found = [each for each in self.kept if each < below][-1:]
        if not found:
            raise NotaryRefused("proof.none", "There is none.")
        return self.note(found[0])

    def note(self, size: int) -> Note:
        """The checkpoint of a size, which both witnesses have cosigned."""
        note = signed(Checkpoint(self.origin, size, self.tree.root_at(size)).text, *self.signers)
        at = self.messages[size - 1].recorded_ns // 1_000_000_000 + 1
        return note.with_lines(cosigned(note, each, at) for each in WITNESSES)

    async def proofs(self, positions: tuple[int, ...], size: int | None = None) -> tuple[Note, list[list[bytes]]]:
        """Proofs of events."""
        of = size or self.tree.size
        return self.note(of), [self.tree.inclusion_proof(each - 1, of) for each in positions]

    async def nodes(self, nodes: tuple[tuple[int, int], ...]) -> list[bytes]:
        """The hashes of full subtrees."""
        read = SubtreesFromTiles(self.tree._read)
        return [read(Subtree(*each)) for each in nodes]

    async def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that one tree is an earlier state of another."""
        return self.tree.consistency_proof(old, new)

    async def statement(self, scope: str, size: int, files: Mapping[str, str]) -> Note:
        """The signed statement; the notary counts by itself."""
        counted = CountedEvents(each.position for each in of(scope, self.messages) if each.position <= size)
        signers = (self._statements, COUNTING) if self.cosigns_statements else (self._statements,)
        return signed(stated(self.origin, size, scope, counted, files).text, *signers)

    async def export(
        self,
        folder: Path,
        *,
        scope: str = SCOPE,
        log: Sequence[RawMessage] | None = None,
        is_withheld: Callable[[RawMessage], bool] = nothing_withheld,
        notary: "Clinic | None" = None,
    ) -> Path:
        """An export in a folder that is not there yet.

        Args:
            log: What is read, where it is not the log that the notary has signed.
            notary: Who makes the statement, where it is another one.
        """
        note = await self.checkpoint()
        events = list(of(scope, self.messages if log is None else log))
        with new_export(folder) as draft:
            export = HistoryExport(draft, scope, note, self.keys, is_withheld)
            await export.write_events(pages(events))
            draft.write("timeline.html", b"<p>Sunday</p>")
            draft.write("timeline.pdf", b"%PDF-1.7 Sunday")
            draft.write("HOW_TO_CHECK.html", b"<h1>How</h1>\n")
            await export.write_proofs(self)
            export.write_statement(await export.stated_by(notary or self))
        assert checkpoint_of(note) == export.checkpoint
        return folder


def period(key: SignerKey, first: int = 0, last: int | None = None) -> KeyPeriod:
    """That a key has signed from one size to another."""
    use: Literal["statements", "checkpoints"] = "statements" if key.name.endswith(STATEMENTS) else "checkpoints"
    retired = MADE if last is not None else None
    return KeyPeriod(key=str(key.verifier), use=use, since=MADE, first_size=first, last_size=last, retired_at=retired)


def of(scope: str, messages: Iterable[RawMessage]) -> Iterable[RawMessage]:
    """The messages of a scope."""
    subject = f"cairn.log.{scope}"
    return (each for each in messages if each.subject == subject or each.subject.startswith(f"{subject}."))


def proof_lines(clinic: Clinic, old: int, new: int) -> str:
    """The proof that one tree is an earlier state of another, as it is given out."""
    return "".join(f"{base64.b64encode(each).decode()}\n" for each in clinic.tree.consistency_proof(old, new))


async def pages(messages: Sequence[RawMessage]) -> AsyncIterator[list[RawMessage]]:
    """Messages as the log hands them out."""
    for first in range(0, len(messages), 100):
        yield list(messages[first : first + 100])
