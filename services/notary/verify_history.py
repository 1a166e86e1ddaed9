#!/usr/bin/env python3
"""Checks a history that was exported from Cairn, without Cairn: python3 verify_history.py FOLDER [--policy FILE].

It needs Python 3.11 or later and the package `cryptography`, and reads nothing but the folder and the files named. It
computes everything itself from the bytes of the events: their leaves (layout cairn-leaf/1), the proofs that they are in
the tree of the checkpoint (RFC 9162), the signatures below the checkpoint and below the statement (C2SP signed-note,
tlog-cosignature, tlog-policy), and the timeline that it prints.

What it ends with:
  0  vouched for: the keys of the policy that you gave have signed, and enough of its witnesses have cosigned
  2  consistent in itself only: the keys are those that came along in the folder, and whoever made it chose them
  1  wrong: the first thing that does not hold is named
  64 not checked: the command is not one that can be followed, and it is said why
"""

import argparse
import base64
import binascii
import hashlib
import io
import json
import re
import sys
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import accumulate, islice
from pathlib import Path, PurePosixPath
from struct import Struct
from typing import Any, NamedTuple, NoReturn
from urllib.parse import unquote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

VOUCHED, WRONG, IN_ITSELF, NOT_CHECKED = 0, 1, 2, 64
FORMAT = "cairn-history/1"
STATEMENT = "cairn-statement/1"
SUCCESSION = "cairn succession/1"
STATEMENTS = "/statements"
EVENTS, NODES, PROOFS, EARLIER = "events.jsonl", "nodes.jsonl", "proofs", "earlier"
NOT_STATED = frozenset({"statement", "verify_history.py"})
OF_THE_EXPORT = frozenset({PROOFS, EARLIER, "successions"})
LEFT_BY_SYSTEMS = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
"""What a system puts into a folder by itself when somebody looks into it."""
MAX_FILE_BYTES = 1 << 26
"""How large a file may be that is read as a whole; the events and the hashes are read line by line."""
MAX_LINE_BYTES = 1 << 26
PIECE_BYTES = 1 << 16
"""How much is read at once: what a processor has near."""
CLOCK_SECONDS = 300
"""How far two clocks may be apart before what they say is a contradiction."""
MAX_TIMES_TOLD = 5
"""Of how many events it is told in words that their times contradict each other; of the others, how many there are."""
SECOND = 1_000_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HASH_FROM_END = 46
"""Where the base64 of a hash begins in a line that ends with it, a quotation mark and a bracket."""
MAX_DIGITS = 18
MAX_SUBJECT_BYTES = (1 << 16) - 1
"""How long a subject can be, as a leaf has two bytes for its length."""
LEAF_BEGIN = Struct(">14sQQH")
"""How a leaf begins, with the byte before every leaf: its version, position, time, and the length of the subject."""
DECODE64 = binascii.a2b_base64
DECODE = json.JSONDecoder().raw_decode
Json = Any


class Wrong(Exception):
    """Something does not hold; the text says what."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Check a folder, print the timeline and what was found, and return the exit code."""
    form = partial(argparse.HelpFormatter, width=100)  # to ask the terminal takes as long as to check 500 events
    parser = Arguments(description="Check a history that was exported from Cairn.", formatter_class=form)
    parser.add_argument("folder", type=Path, help="the folder of the export")
    parser.add_argument("--policy", type=Path, help="whom you trust, from somebody else than who gave you the folder")
    parser.add_argument("--also", type=Path, action="append", default=[], help="a checkpoint from elsewhere")
    parser.add_argument(
        "--consistency", type=Path, action="append", default=[], help="a proof that belongs to one given with --also"
    )
    parser.add_argument("--quiet", action="store_true", help="do not print the timeline")
    given = parser.parse_args(arguments)
    if given.consistency and not given.also:
        parser.error("--consistency is a proof for a checkpoint that is given with --also, and there is none")
    if not given.folder.is_dir():
        parser.error(f"there is no folder {given.folder}")
    if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal that cannot show a sign gets a question mark
        sys.stdout.reconfigure(errors="replace")
    try:
        history = History(given.folder, given.policy)
        history.check()
        proofs = [[hash_of(line, proof.name) for line in read_text(proof).split()] for proof in given.consistency]
        for also in given.also:
            history.check_also(also, proofs)
        if not given.quiet:
            for told in history.timeline():
                print(told, end="\n\n")
    except Wrong as wrong:
        print(f"WRONG: {plain(str(wrong))}")
        return WRONG
    print(plain(history.verdict()))
    return VOUCHED if history.vouched else IN_ITSELF


class Arguments(argparse.ArgumentParser):
    """The command line; what is wrong with it ends with a code of its own, as 2 says something about a history."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and end."""
        self.print_usage(sys.stderr)
        self.exit(NOT_CHECKED, f"{self.prog}: {plain(message)}\n")


# --------------------------------------------------------------------------------------------- the history


class Event(NamedTuple):
    """One event as the log stores it.

    Attributes:
        withheld: Where its headers and its body are not shown: the two hashes that stand for them in its leaf.
    """

    position: int
    recorded_ns: int
    subject: str
    headers: bytes
    body: bytes
    withheld: bytes = b""

    @property
    def place(self) -> str:
        """The goal or plan that it is stored under: ORG.PATIENT.GOAL."""
        return self.subject.split(".", 2)[-1] if self.subject.count(".") > 1 else ""

    @property
    def attributes(self) -> dict[str, str]:
        """Its headers by their names in lower case, the last of each."""
        found = {}
        for line in self.headers.decode("utf-8", "replace").split("\r\n")[1:-2]:
            name, _, value = line.partition(":")
            found[name.lower()] = value.strip()
        return found

    def leaf_hash(self) -> bytes:
        """The hash of its leaf."""
        return self.leaf_hash_with(headers_of(self.headers))

    def leaf_hash_with(self, headers: "Headers") -> bytes:
        """The hash of its leaf, where its headers were looked at already."""
        position, recorded_ns, text, _, body, hidden = self
        digest, subject = hashlib.sha256, text.encode()
        if not hidden:
            own, blind, *_ = headers
            hidden = (
                digest(digest(b"cairn-headers/1\n" + blind).digest() + own).digest()
                + digest(digest(b"cairn-body/1\n" + blind).digest() + body).digest()
            )
        begin = LEAF_BEGIN.pack(b"\x00cairn-leaf/1\n", position, recorded_ns, len(subject))
        return digest(begin + subject + hidden).digest()


class Shown(NamedTuple):
    """An earlier state of the log that is shown to be one, with the times at which witnesses cosigned it."""

    checkpoint: "Checkpoint"
    times: tuple[int, ...]


class History:
    """An exported history and what was found of it.

    Args:
        folder: The export.
        policy: Whom the reader trusts; None for the keys that came along.
    """

    def __init__(self, folder: Path, policy: Path | None):
        self.folder = folder
        self.policy = Policy(read_text(policy) if policy else self._text("policy"))
        self.from_elsewhere = policy is not None
        about = self._json("history.json")
        if not isinstance(about, dict) or about.get("format") != FORMAT:
            raise Wrong(f"history.json is not of the format {FORMAT}")
        self.scope = str(about.get("scope", ""))
        self.note = Note(self._bytes("checkpoint"), "checkpoint")
        self.checkpoint = Checkpoint(self.note)
        if (origin := about.get("origin")) != self.checkpoint.origin:
            raise Wrong(
                f"the checkpoint is of another log than the history: {self.checkpoint.origin}, and not {origin}"
            )
        self.keys = KeyList(self._json("keys.json"), self.checkpoint.origin)
        self.cosigned: dict[str, int] = {}
        self.counted: list[str] = []
        self.vouched = False
        self.withheld = 0
        self.earlier: list[Shown] = []
        self.late: dict[int, str] = {}
        self.clocks: dict[int, str] = {}
        self.later: list[str] = []
        self.successions: list[Succession] = []
        self.aside: list[str] = []
        self.outdated = ""
        self._digests: dict[str, str] = {}
        self._positions: list[int] = []
        self._recorded: list[int] = []
        self._leaves: list[bytes] = []
        self._oddity: str | None = None
        self._sizes: list[int] = []
        self._seen: list[int] = []
        self._first_seen: list[int] = []

    def check(self) -> None:
        """Check all of it; raise Wrong at the first thing that does not hold."""
        self._read_successions()
        self._check_checkpoint()
        self._check_successions()
        self._read_events()
        self._check_inclusion()
        if self._oddity is not None:
            raise Wrong(self._oddity)
        stated = self._check_statement()
        self._check_earlier()
        self._check_files(stated)
        self._check_times()
        enough = self.policy.quorum != "none" and self.policy.is_met(
            {self.policy.witnesses[name].public for name in self.cosigned}
        )
        self.vouched = self.from_elsewhere and enough and self.is_stated

    def check_also(self, file: Path, proofs: Sequence[Sequence[bytes]]) -> None:
        """Check that a checkpoint from elsewhere is of the same tree, earlier or later.

        Args:
            proofs: What was given to show it by, in any order.
        """
        note = Note(read_bytes(file), file.name)
        other = Checkpoint(note)
        if other.origin != self.checkpoint.origin:
            self._check_former(file.name, note, other, proofs)
            return
        self._check_signed(note, other)
        self._check_extends(file.name, other, proofs)
        if other.size > self.checkpoint.size:
            self.later.append(
                f"LATER: {file.name} has {counted(other.size)}, so that this is the log as it was before. Ask for what"
                " has come since."
            )

    @property
    def is_stated(self) -> bool:
        """Whether a key that the reader trusts for it has signed how many events there are."""
        return any(key.name == self.checkpoint.origin + STATEMENTS for key in self.policy.logs)

    def verdict(self) -> str:
        """What was found, in sentences."""
        checkpoint = self.checkpoint
        lines = [
            f"{counted(len(self._positions))} of {self.scope}, among the {checkpoint.size} of {checkpoint.origin}."
        ]
        if self.withheld:
            one = "of them is withheld: it is in the log, and its words are not shown."
            several = "of them are withheld: they are in the log, and their words are not shown."
            lines.append(counted(self.withheld, one, several))
        lines += [
            f"{name} lies in the folder and is not part of the export: nobody vouches for it." for name in self.aside
        ]
        lines += [each.told() for each in self.successions]
        lines += self.keys.told()
        lines += [f"{name} cosigned it at {instant(at)}." for name, at in self.cosigned.items()]
        lines += [f"{name} counted the events as well, and signed the same statement." for name in self.counted]
        if self.earlier:
            earlier = counted(len(self.earlier), "earlier checkpoint is", "earlier checkpoints are")
            lines.append(f"{earlier} shown to be of the same tree, which only grew.")
        lines += self.later
        for mark, told_of in (("LATE", self.late), ("CLOCKS", self.clocks)):
            lines += (f"{mark}: {each}" for each in islice(told_of.values(), MAX_TIMES_TOLD))
            if len(told_of) > MAX_TIMES_TOLD:
                lines.append(f"{mark}: so are {len(told_of) - MAX_TIMES_TOLD} more.")
        if self.vouched:
            witnesses = counted(len(self.policy.witnesses), "witness", "witnesses")
            lines.append(
                f"VOUCHED FOR by {len(self.cosigned)} of {witnesses} of your policy: these"
                " very bytes were there, nothing before them was changed, removed or moved, and the operator states"
                " that none is left out."
            )
        else:
            lines.append(f"CONSISTENT IN ITSELF ONLY: {self._lacking()}")
        lines.append("It does not show that what was said is true, nor who typed it.")
        return "\n".join(lines)

    def timeline(self) -> Iterator[str]:
        """Every event in words, from its bytes, with the times between which it came to be there."""
        for event in self._events():
            times = self._bracket(event.position)
            yield "\n".join((told(event), *(f"  {each}" for each in times)))

    def _lacking(self) -> str:
        if self.outdated:
            return self.outdated
        if not self.from_elsewhere:
            return (
                "the keys came along in the folder, and whoever made it chose them. Ask somebody else for a policy, and"
                " give it with --policy."
            )
        if not self.is_stated:
            return (
                f"your policy has no key {self.checkpoint.origin}{STATEMENTS}, so that nobody whom you trust says that"
                " no event was left out."
            )
        if self.policy.quorum == "none":
            return "your policy asks for no witness, so that there is the operator's word alone."
        return (
            f"too few witnesses of your policy have cosigned: {len(self.cosigned) or 'none'} of"
            f" {len(self.policy.witnesses)}."
        )

    # ------------------------------------------------------------------------------------------ the checks

    def _check_checkpoint(self) -> None:
        self._check_signed(self.note, self.checkpoint)
        self.cosigned = self.policy.cosigned(self.note)

    def _check_signed(self, note: "Note", checkpoint: "Checkpoint") -> None:
        """Check that a key that the reader trusts has signed a checkpoint, and that no retired one has."""
        trusted = [key for key in self.policy.logs if key.name == checkpoint.origin]
        if not trusted:
            raise Wrong(f"the policy has no key of {checkpoint.origin}")
        signed = [key for key in trusted if note.is_signed_by(key)]
        if not signed and self.keys.replaced(trusted):
            raise Wrong(
                f"{note.called} is not signed by the key of {checkpoint.origin} that your policy has. The list of keys"
                " says that it was replaced: ask for the policy of now, from somebody else than who gave you the folder"
            )
        if not signed:
            raise Wrong(f"{note.called} is not signed by the key of {checkpoint.origin}")
        for key in signed:
            self.keys.check(key, checkpoint.size, note.called)

    def _check_extends(self, called: str, other: "Checkpoint", proofs: Sequence[Sequence[bytes]]) -> None:
        """Check that another checkpoint and the export's are of one tree."""
        for known in (self.checkpoint, *(each.checkpoint for each in self.earlier)):
            if known.size == other.size:
                if known.root != other.root:
                    raise Wrong(
                        f"two histories: {called} and the export have {counted(other.size)} and different roots, and"
                        " the log's key has signed both"
                    )
                return
        small, large = sorted((self.checkpoint, other), key=lambda each: each.size)
        if any(consistent(small.size, large.size, each, small.root, large.root) for each in ((), *proofs)):
            return
        missing = "" if proofs else " (no --consistency proof was given)"
        raise Wrong(
            f"{called} is not shown to be of the same tree as the export{missing}: the smaller one has"
            f" {counted(small.size)}, the larger one {large.size}. Where nobody can prove that the smaller one was only"
            " added to, the log was shortened, restored, or is another for each of you"
        )

    def _read_successions(self) -> None:
        """Read the notes by which earlier generations ended, and find out whether the policy is of one of them."""
        for name in sorted(self._names_in("successions"), key=lambda each: (len(each), each)):
            self.successions.append(Succession(Note(self._bytes(f"successions/{name}"), f"successions/{name}")))
        names = {key.name for key in self.policy.logs}
        if not self.from_elsewhere or self.checkpoint.origin in names:
            return
        for ended in self.successions:
            if ended.former not in names:
                continue
            by = [key for key in self.policy.logs if key.name == ended.former + STATEMENTS]
            says = (
                "A key of your policy has signed that it ended"
                if any(ended.note.is_signed_by(key) for key in by)
                else "No key of your policy has signed that it ended, so that this may be another log"
            )
            self.outdated = (
                f"your policy is of {ended.former}, and the log has begun a new generation: {self.checkpoint.origin}."
                f" {says}. What is in the folder was checked with the keys that came along. Ask for the policy of now,"
                " from somebody else than who gave you the folder."
            )
            self.policy, self.from_elsewhere = Policy(self._text("policy")), False
            return

    def _names_in(self, name: str) -> list[str]:
        """The files of a folder of the export, without what a system has put there by itself."""
        folder = self.folder / name
        return [each.name for each in folder.iterdir() if not is_left_by_a_system(each.name)] if folder.is_dir() else []

    def _check_successions(self) -> None:
        if not self.successions:
            return
        for earlier, later in zip(self.successions, self.successions[1:], strict=False):
            if later.former != earlier.origin:
                raise Wrong(f"{later.note.called} is not about the log that {earlier.note.called} began")
        last = self.successions[-1]
        if last.origin != self.checkpoint.origin:
            raise Wrong(f"{last.note.called} is about another log than the export")
        if not any(last.note.is_signed_by(key) for key in self._statement_keys()):
            raise Wrong(f"{last.note.called} is not signed by the key of {last.origin}{STATEMENTS}")

    def _check_former(self, called: str, note: "Note", other: "Checkpoint", proofs: Sequence[Sequence[bytes]]) -> None:
        """Check a checkpoint of an earlier generation of the log against the note by which that one ended."""
        ended = next((each for each in self.successions if each.former == other.origin), None)
        if ended is None:
            raise Wrong(f"{called} is of another log: {other.origin}")
        if any(key.name == other.origin for key in self.policy.logs):
            self._check_signed(note, other)
        elif not any(note.is_signed_by(key) for key in self.keys.former if key.name == other.origin):
            raise Wrong(f"{called} is not signed by a key of {other.origin}, as the export and your policy have them")
        if other.size > ended.size:
            raise Wrong(
                f"{called} has {counted(other.size)} of {other.origin}, which ended with {ended.size} ({ended.reason})."
                " It was signed later, with a key that had been given up; or the note of the succession hides a loss"
            )
        if other.size == ended.size and other.root != ended.root:
            raise Wrong(
                f"two histories: {called} and {ended.note.called} have {counted(other.size)} and different roots"
            )
        if other.size <= ended.agree and len(self.successions) == 1:
            self._check_extends(called, other, proofs)

    def _check_inclusion(self) -> None:
        if (self.folder / NODES).exists():
            self._check_nodes()
            return
        size, root = self.checkpoint.size, self.checkpoint.root
        for position, leaf in zip(self._positions, self._leaves, strict=True):
            if not included(position - 1, size, leaf, self._proof(position), root):
                raise Wrong(not_there(position))

    def _check_nodes(self) -> None:
        """Compute the root from the leaves and the hashes beside them, each of which is there once."""
        size, root = self.checkpoint.size, self.checkpoint.root
        if self._positions and self._positions[-1] > size:
            raise Wrong(f"position {self._positions[-1]} is behind the end of the checkpoint")
        for comparing in (False, True):  # only to find out which event is wrong does it take every hash on the way
            with self._lines(NODES) as lines, nullcontext() if comparing else suppress(Wrong):
                if Walk(self._positions, self._leaves, lines, comparing=comparing).root(size) == root:
                    return
        raise Wrong("the events do not lead to the root of the checkpoint: some were changed, or a hash was")

    def _check_statement(self) -> Sequence[str]:
        note = Note(self._bytes("statement"), "statement")
        name = self.checkpoint.origin + STATEMENTS
        if not any(note.is_signed_by(key) for key in self._statement_keys()):
            raise Wrong(f"the statement is not signed by the key of {name}")
        lines = note.text.split("\n")[:-1]
        positions = hashlib.sha256("".join([f"{each}\n" for each in self._positions]).encode()).hexdigest()
        expected = [
            STATEMENT,
            self.checkpoint.origin,
            str(self.checkpoint.size),
            self.scope,
            f"events {len(self._positions)}",
            f"last {self._positions[-1] if self._positions else 0}",
            f"positions {positions}",
        ]
        for said, found in zip(lines, expected, strict=False):
            if said != found:
                raise Wrong(f"the operator states “{said}”, and the export has “{found}”: not all events are there")
        if len(lines) < len(expected):
            raise Wrong("the statement breaks off")
        others = [key for key in self.policy.logs if key.name.endswith(STATEMENTS) and key.name != name]
        self.counted = [key.name.removesuffix(STATEMENTS) for key in others if note.is_signed_by(key)]
        return lines[len(expected) :]

    def _statement_keys(self) -> Sequence["Key"]:
        """The keys for statements: those that the reader trusts, else those that came along."""
        name = self.checkpoint.origin + STATEMENTS
        return [key for key in self.policy.logs if key.name == name] or self.keys.statements

    def _check_files(self, lines: Sequence[str]) -> None:
        stated = {}
        for line in lines:
            word, digest, name = (*line.split(" ", 2), "", "")[:3]
            if word != "file" or not re.fullmatch(r"[0-9a-f]{64}", digest) or not is_plain_name(name):
                raise Wrong("the statement has a line that is not understood")
            stated[name] = digest
        environments = {each.parent.name for each in self.folder.glob("*/pyvenv.cfg")} - OF_THE_EXPORT
        folders = {parent.as_posix() for name in stated for parent in PurePosixPath(name).parents}
        there = set()
        for path in sorted(self.folder.rglob("*")):
            parts = path.relative_to(self.folder).parts
            name = "/".join(parts)
            if parts[0] in environments or parts[0] == "__pycache__":
                if len(parts) == 1:
                    self.aside.append(name)
            elif is_left_by_a_system(parts[-1]):
                self.aside.append(name)
            elif not path.is_dir() or path.is_symlink():  # what is behind a link is nothing of the export
                there.add(name)
            elif name not in folders:
                raise Wrong(f"the statement names nothing in the folder {name}: it was added")
        for name in sorted(there - NOT_STATED - set(stated)):
            raise Wrong(f"the statement does not name the file {name}: it was added")
        for name, digest in stated.items():
            if name not in there:
                raise Wrong(f"the file {name} is missing")
            if (self._digests.get(name) or digest_of(self.folder / name)) != digest:
                raise Wrong(f"the file {name} is not the one that was exported: it was changed")

    def _check_earlier(self) -> None:
        """Check that each earlier checkpoint is a state of the same tree, from the first to the export's own."""
        sizes = self._names_in(EARLIER)
        if not all(re.fullmatch(r"[1-9]\d{0,18}", each, re.ASCII) for each in sizes):
            raise Wrong(f"{EARLIER} has a file that is no earlier checkpoint")
        before: Checkpoint | None = None
        for name in sorted(sizes, key=int):
            before = self._linked(f"{EARLIER}/{name}", before)
        if before is not None and before.text != self.checkpoint.text:
            raise Wrong(
                f"the earlier checkpoints do not lead to the export's: {EARLIER}/{self.checkpoint.size} is missing"
            )

    def _linked(self, name: str, before: "Checkpoint | None") -> "Checkpoint":
        """The checkpoint of a file in the form of a request to a witness (C2SP tlog-witness), behind the one before."""
        head, between, rest = self._bytes(name).partition(b"\n\n")
        lines = head.decode("ascii", "replace").split("\n")
        old = before.size if before else 0
        if not between or lines[0] != f"old {old}":
            raise Wrong(f"{name} does not follow the checkpoint before it")
        note = Note(rest, name)
        checkpoint = Checkpoint(note)
        if checkpoint.origin != self.checkpoint.origin:
            raise Wrong(f"{name} is of another log: {checkpoint.origin}")
        hashes = [hash_of(line, name) for line in lines[1:]]
        if before is None and hashes:
            raise Wrong(f"{name} has a proof, and nothing before it")
        if before and not consistent(old, checkpoint.size, hashes, before.root, checkpoint.root):
            raise Wrong(f"{name} is not of the tree of the checkpoint before it: something before it was changed")
        signed = [key for key in {*self.policy.logs, *self.keys.checkpoints} if note.is_signed_by(key)]
        if not signed:
            raise Wrong(f"{name} is not signed by a key of {checkpoint.origin}")
        for key in signed:
            self.keys.check(key, checkpoint.size, name)
        if checkpoint.text != self.checkpoint.text:
            self.earlier.append(Shown(checkpoint, tuple(self.policy.cosigned(note).values())))
        return checkpoint

    def _check_times(self) -> None:
        """Check recorded times against each other, and against the times at which witnesses had seen so much."""
        own = Shown(self.checkpoint, tuple(self.cosigned.values()))
        shown = [each for each in (*self.earlier, own) if each.times]
        self._sizes = [each.checkpoint.size for each in shown]
        self._seen = list(accumulate((max(each.times) for each in shown), max))
        self._first_seen = list(accumulate((min(each.times) for each in reversed(shown)), min))[::-1]
        begin = 0
        for size, first in zip(self._sizes, self._first_seen, strict=True):
            end = bisect_left(self._positions, size + 1)
            latest = (first + CLOCK_SECONDS) * SECOND
            if max(self._recorded[begin:end], default=0) > latest:
                self._note_early(begin, end, latest, first)
            begin = end
        for each in shown:
            last = max(each.times)
            inside = bisect_left(self._positions, each.checkpoint.size + 1)
            for position, recorded in islice(zip(self._positions, self._recorded, strict=True), inside, None):
                if recorded >= (last - CLOCK_SECONDS) * SECOND:
                    break
                self.late.setdefault(
                    position,
                    f"position {position} says that it was recorded at {moment(recorded)}, and was not there when the"
                    f" log was cosigned at {instant(last)}. It was put in later with an earlier time, or the notary was"
                    " behind the log then, or the witness's clock was ahead: ask since when there is a notary, and"
                    " whether other witnesses say the same.",
                )

    def _note_early(self, begin: int, end: int, latest: int, cosigned: int) -> None:
        """Note which of some events were cosigned before the time at which they say that they were recorded."""
        for position, recorded in zip(self._positions[begin:end], self._recorded[begin:end], strict=True):
            if recorded > latest:
                self.clocks.setdefault(
                    position,
                    f"position {position} says that it was recorded at {moment(recorded)}, and was there already when"
                    f" the log was cosigned at {instant(cosigned)}. One of the two clocks was wrong: do not go by"
                    " either.",
                )

    def _bracket(self, position: int) -> Iterator[str]:
        """Between which times of witnesses an event came to be in the log."""
        place = bisect_left(self._sizes, position)
        if place:
            yield f"not yet there at {instant(self._seen[place - 1])}, as witnesses had it"
        if place < len(self._sizes):
            yield f"there at {instant(self._first_seen[place])}, as witnesses had it"

    # ------------------------------------------------------------------------------------------ the files

    def _read_events(self) -> None:
        """Read the events once, and keep of each its position, its time and the hash of its leaf."""
        versions: dict[str, int] = {}
        uncounted: dict[str, int] = {}
        places: dict[str, tuple[str, bytes]] = {}
        before = earliest = 0
        for event in self._events():
            position, recorded, subject, block, _, withheld = event
            if position <= before:
                raise Wrong(
                    f"the event at position {position} is there twice"
                    if position == before
                    else f"the events are not in their order: position {position} does not follow position {before}"
                )
            before = position
            if subject not in places:
                place = event.place
                if not (place == self.scope or place.startswith(f"{self.scope}.")):
                    raise Wrong(f"the event at position {position} is not of {self.scope}")
                places[subject] = place, place.encode()
            place, named = places[subject]
            headers = headers_of(block)
            self._positions.append(position)
            self._recorded.append(recorded)
            self._leaves.append(event.leaf_hash_with(headers))
            version = versions.get(place, 0) + 1
            if withheld:
                self.withheld += 1
                versions[place] = version
            elif headers[2] == named and headers[3] == b"%d" % version:
                versions[place] = version
            elif (oddity := odd(event, place, headers, versions, uncounted)) is not None:
                self._note_oddity(oddity)
            if recorded < earliest:
                self.clocks[position] = (
                    f"position {position} says that it was recorded at {moment(recorded)}, well before the event that"
                    " precedes it. The log's clock was put back in between, or was ahead before."
                )
            earliest = recorded - CLOCK_SECONDS * SECOND

    def _note_oddity(self, oddity: str) -> None:
        """Remember the first thing that is odd about events, which is said once it is known that they are the log's."""
        self._oddity = self._oddity or oddity

    def _events(self) -> Iterator[Event]:
        with self._lines(EVENTS) as lines:
            for number, line in enumerate(lines, 1):
                try:
                    text = line.decode()
                    said, end = DECODE(text)
                    if end != len(text):
                        raise ValueError("more than one value")
                    yield event_of(said)
                except (KeyError, TypeError, ValueError, RecursionError):
                    raise Wrong(f"line {number} of {EVENTS} is no event") from None

    def _proof(self, position: int) -> list[bytes]:
        name = f"{PROOFS}/{position}.tlog-proof"
        content = self._bytes(name)
        self._digests[name] = hashlib.sha256(content).hexdigest()
        head, between, note = content.partition(b"\n\n")
        lines = head.decode("ascii", "replace").split("\n")
        if len(lines) > 1 and lines[1].startswith("extra "):
            del lines[1]
        if not between or lines[:2] != ["c2sp.org/tlog-proof@v1", f"index {position - 1}"]:
            raise Wrong(f"{name} is no proof of position {position}")
        if note != self.note.whole and Checkpoint(Note(note, name)).text != self.checkpoint.text:
            raise Wrong(f"{name} is against another checkpoint than the export's")
        return [hash_of(line, name) for line in lines[2:]]

    def _lines(self, name: str) -> "Lines":
        return Lines(self.folder / name, lambda digest: self._digests.__setitem__(name, digest))

    def _bytes(self, name: str) -> bytes:
        return read_bytes(self.folder / name)

    def _text(self, name: str) -> str:
        return read_text(self.folder / name)

    def _json(self, name: str) -> Json:
        try:
            return json.loads(self._text(name))
        except (ValueError, RecursionError):
            raise Wrong(f"{name} is no JSON") from None


def event_of(said: Json) -> Event:
    """The event of a line; raises ValueError, KeyError or TypeError for what is none."""
    position, recorded, subject = said["position"], said["recorded_ns"], said["subject"]
    if not (type(position) is type(recorded) is int and 0 < position < 1 << 63 and 0 <= recorded < 1 << 63):
        raise ValueError("no position or no time")
    if type(subject) is not str or len(subject.encode()) > MAX_SUBJECT_BYTES:
        raise ValueError("no subject")
    if "withheld" not in said:
        headers, body = said["headers"], said["body"]
        return Event(position, recorded, subject, DECODE64(headers, strict_mode=True), DECODE64(body, strict_mode=True))
    withheld = DECODE64(said["withheld"], strict_mode=True)
    if len(withheld) != 64:
        raise ValueError("not the hashes of headers and body")
    return Event(position, recorded, subject, b"", b"", withheld)


def odd(
    event: Event, place: str, headers: "Headers", versions: dict[str, int], uncounted: dict[str, int]
) -> str | None:
    """What is odd about an event beside those before it, such as that one is missing; None for nothing.

    Args:
        place: Where it is stored.
        versions: The last version of each goal or plan so far.
        uncounted: How many messages of each have no version: Cairn could not read them, and a newer one may count them.
    """
    _, _, named, text = headers
    if named not in (None, place.encode()):
        return f"the event at position {event.position} names another goal than it is stored under"
    if not text or not text.isdigit() or text.startswith(b"0") or len(text) > MAX_DIGITS:
        uncounted[place] = uncounted.get(place, 0) + 1
        return None
    version, expected = int(text), versions.get(place, 0) + 1
    versions[place] = version
    if version == expected or (version < expected and event.attributes.get("ce-type", "").endswith(".voided.v1")):
        return None  # from a message on that is void, versions are counted again
    if 0 < version - expected <= uncounted.get(place, 0):
        uncounted[place] -= version - expected
        return None
    return (
        f"an event of {place} is missing: position {event.position} is version {version}, and version {expected} should"
        " come"
    )


def not_there(position: int) -> str:
    """What is wrong where an event does not lead to the root of the checkpoint."""
    return (
        f"the event at position {position} is not the one in the log: its bytes, its time or its place was changed, or"
        " its proof was"
    )


class Walk:
    """Computes the root of a tree from some of its leaves, and from hashes that are written down in the order in which
    they are needed: of subtrees without any of the leaves, and, to find out which leaf is wrong, of those with some
    beside others with some.

    Args:
        positions: Where the leaves are, from 1, in order.
        leaves: Their hashes.
        lines: The hashes, each as `[level, number, "BASE64"]`. Their order counts; level and number are for people.
        comparing: Whether to find out which leaf is wrong; else the hashes for that are passed over.
    """

    def __init__(self, positions: Sequence[int], leaves: Sequence[bytes], lines: Iterator[bytes], *, comparing: bool):
        self._positions = positions
        self._leaves = leaves
        self._lines = lines
        self._comparing = comparing

    def root(self, size: int) -> bytes:
        """The root of the tree of a size."""
        try:
            return self._root(size)
        except StopIteration:
            raise Wrong(f"{NODES} lacks hashes that the proofs need") from None
        except binascii.Error:
            raise Wrong(f"{NODES} has something that is no hash in the place of one") from None

    def _root(self, size: int) -> bytes:
        peaks = []
        start, first = 0, 0
        while start < size:
            level = (size - start).bit_length() - 1
            end = bisect_left(self._positions, start + (1 << level) + 1, first)
            peaks.append(self._subtree(level, start >> level, first, end))
            if first < end:
                self._compare(peaks[-1], first, end)
            start, first = start + (1 << level), end
        if next(self._lines, None) is not None:
            raise Wrong(f"{NODES} has more hashes than the proofs need")
        found = peaks.pop() if peaks else sha256(b"")
        while peaks:
            found = node(peaks.pop(), found)
        return found

    def _subtree(self, level: int, number: int, first: int, end: int) -> bytes:
        if end - first < 2:
            return self._next() if first == end else self._path(level, first)
        if end - first == 1 << level and not self._comparing:
            return self._full(first, end)
        below, left, right = level - 1, 2 * number, 2 * number + 1
        middle = bisect_left(self._positions, (right << below) + 1, first, end)
        one = self._subtree(below, left, first, middle)
        both = first < middle < end
        if both:
            self._compare(one, first, middle)
        other = self._subtree(below, right, middle, end)
        if both:
            self._compare(other, middle, end)
        return node(one, other)

    def _full(self, first: int, end: int) -> bytes:
        """The hash of a subtree with all its leaves, which needs no other hash."""
        row, digest = self._leaves[first:end], hashlib.sha256
        self._pass_over(2 * (end - first) - 2)
        while len(row) > 1:
            row = [digest(b"\x01" + one + other).digest() for one, other in zip(row[::2], row[1::2], strict=True)]
        return row[0]

    def _path(self, level: int, place: int) -> bytes:
        """The hash of a subtree with one leaf: what is left of it comes first, then what is right of it."""
        index, found, digest = self._positions[place] - 1, self._leaves[place], hashlib.sha256
        lefts = [self._next() for each in range(level - 1, -1, -1) if index >> each & 1]
        for each in range(level):
            if index >> each & 1:
                found = digest(b"\x01" + lefts.pop() + found).digest()
            else:
                found = digest(b"\x01" + found + self._next()).digest()
        return found

    def _next(self) -> bytes:
        return binascii.a2b_base64(next(self._lines)[-HASH_FROM_END:-2])

    def _pass_over(self, number: int) -> None:
        next(islice(self._lines, number - 1, None))

    def _compare(self, found: bytes, first: int, end: int) -> None:
        if not self._comparing:
            self._pass_over(1)
        elif self._next() != found:
            raise Wrong(not_there(self._positions[first]) + ("" if end - first == 1 else ", or that of one behind it"))


class Lines:
    """The lines of a file one after another; once it is read whole, its SHA-256 is known.

    Args:
        whole: Is given the SHA-256.
    """

    def __init__(self, file: Path, whole: Callable[[str], None]):
        self._file = file
        self._whole = whole

    def __enter__(self) -> Iterator[bytes]:
        """Open the file."""
        self._opened = open_file(self._file)
        return self._read()

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self._opened.close()

    def _read(self) -> Iterator[bytes]:
        digest, rest = hashlib.sha256(), b""
        try:
            while piece := self._opened.read(PIECE_BYTES + len(rest)):
                digest.update(piece)
                *lines, rest = (rest + piece).split(b"\n")
                if len(rest) > MAX_LINE_BYTES:
                    raise Wrong(f"{self._file.name} has a line that is too long")
                yield from lines
        except OSError:
            raise Wrong(f"the file {self._file.name} cannot be read") from None
        if rest:
            raise Wrong(f"{self._file.name} breaks off")
        self._whole(digest.hexdigest())


# --------------------------------------------------------------------------------------------- keys and generations


class KeyList:
    """The keys that the log has had, as the folder lists them: what they signed, and up to which size.

    Nobody has to believe it. It explains why a checkpoint is signed by another key than the one that a reader knows.
    """

    def __init__(self, said: Json, origin: str):
        self.periods: list[tuple[Key, str, int, int | None]] = []
        try:
            for each in said["keys"]:
                last = None if each["last_size"] is None else natural(each["last_size"])
                self.periods.append((key_of(str(each["key"])), str(each["use"]), natural(each["first_size"]), last))
        except (KeyError, TypeError, ValueError):
            raise Wrong("keys.json is no list of keys") from None
        self.former: list[Key] = []
        """Those of earlier generations."""
        try:
            self.former += [key_of(str(each["key"])) for each in said.get("former", ())]
        except (AttributeError, KeyError, TypeError):
            raise Wrong("keys.json is no list of keys") from None
        before: tuple[Key, str, int, int | None] | None = None
        for period in self.periods:
            key, use, first, last = period
            if key.name != origin + (STATEMENTS if use == "statements" else ""):
                raise Wrong(f"keys.json has a key of another log: {key.name}")
            if last is not None and last < first:
                raise Wrong("keys.json has a key that ends before it begins")
            if use != "checkpoints":
                continue
            if before and before[3] is not None and first > before[3]:
                raise Wrong(
                    f"the log's key was replaced at size {first} without the one before it, which signed up to size"
                    f" {before[3]}, having signed any checkpoint beside the new one: nobody could see that it was"
                    " the same log that went on"
                )
            before = period

    @property
    def checkpoints(self) -> list["Key"]:
        """Those that sign checkpoints."""
        return [key for key, use, _, _ in self.periods if use == "checkpoints"]

    @property
    def statements(self) -> list["Key"]:
        """Those that sign statements."""
        return [key for key, use, _, _ in self.periods if use == "statements"]

    def replaced(self, keys: Sequence["Key"]) -> bool:
        """Whether one of some keys was retired."""
        return any(key.public == each.public and last is not None for each, _, _, last in self.periods for key in keys)

    def check(self, key: "Key", size: int, called: str) -> None:
        """Check that a key was in use for a checkpoint of a size."""
        for each, _, first, last in self.periods:
            if each.public == key.public and not first <= size <= (size if last is None else last):
                raise Wrong(
                    f"{called} is of size {size} and signed by a key that signed from size {first}"
                    f" to {'now' if last is None else last}: it was not in use then"
                )

    def told(self) -> list[str]:
        """What is to be said of keys that were replaced."""
        return [
            f"The key {key.name}+{key.id.hex()} was retired at size {last}; the next one signed beside it before."
            for key, use, _, last in self.periods
            if use == "checkpoints" and last is not None
        ]


class Succession:
    """The note by which one generation of a log ended and the next began: after a loss, or when a key had leaked."""

    def __init__(self, note: "Note"):
        self.note = note
        head, _, rest = note.text.partition("\n\n")
        first, *lines = head.removesuffix("\n").split("\n")
        said = dict(line.partition(" ")[::2] for line in lines)
        try:
            self.former, self.origin = said["old"], said["new"]
            self.at, self.by, self.reason = said["at"], said["by"], said["reason"]
            self.agree = natural(int(said["agree"]))
            size, _, root = said["signed"].partition(" ")
            self.size, self.root = (0, b"") if size == "nothing" else (natural(int(size)), hash_of(root, note.called))
        except (KeyError, ValueError):
            first = ""
        if first != SUCCESSION:
            raise Wrong(f"{note.called} is no note of a succession")
        if rest and Checkpoint(Note(rest.encode(), f"the checkpoint in {note.called}")).origin != self.former:
            raise Wrong(f"{note.called} has a checkpoint of another log than the one that ended")

    def told(self) -> str:
        """What is to be said of it."""
        kept = "All" if self.agree == self.size else f"The first {self.agree}"
        signed = counted(self.size)
        return (
            f"{self.origin} goes on from {self.former}, which ended at {word(self.at)} by the decision of"
            f" {word(self.by)} ({word(self.reason)}). {kept} of the {signed} that had been signed until then"
            " are in the new one as well."
        )


# --------------------------------------------------------------------------------------------- the tree, RFC 9162


def sha256(content: bytes) -> bytes:
    """The hash of some bytes."""
    return hashlib.sha256(content).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash of a node from those below it."""
    return sha256(b"\x01" + left + right)


def included(index: int, size: int, hashed: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether a leaf is at a place of the tree (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    fn, sn, found = index, size - 1, hashed
    for sibling in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            found = node(sibling, found)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = node(found, sibling)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and found == root


def consistent(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Whether the tree of one size is an earlier state of another (RFC 9162, 2.1.4.2); sizes differ and are not 0."""
    if not 0 < old < new:
        return old == 0 and not proof and old_root == sha256(b"")
    hashes = list(proof) if old & (old - 1) else [old_root, *proof]
    if not hashes:
        return False
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    older = newer = hashes[0]
    for each in hashes[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            older, newer = node(each, older), node(each, newer)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            newer = node(newer, each)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and older == old_root and newer == new_root


# --------------------------------------------------------------------------------------------- notes, keys, policy


class Key(NamedTuple):
    """A public key with its name: of a log (type 1), or of a witness (type 4)."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes by which a signature names it."""
        return sha256(self.name.encode() + b"\n" + bytes((self.kind,)) + self.public)[:4]

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether a signature is of this key and message."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


def key_of(text: str) -> Key:
    """The key of its text form NAME+ID+BASE64."""
    name, _, rest = text.partition("+")
    given, _, encoded = rest.partition("+")
    decoded = strict_base64(encoded)
    if not name or decoded is None or len(decoded) != 33 or decoded[0] not in (1, 4):
        raise Wrong(f"“{text[:80]}” is no key of a log or of a witness (Ed25519)")
    key = Key(name, decoded[0], decoded[1:])
    if key.id.hex() != given:
        raise Wrong(f"the id of the key of {name} is not that of its name and key")
    return key


class Note:
    """A text and the signatures below it (C2SP signed-note)."""

    def __init__(self, given: bytes, called: str):
        try:
            text, between, lines = given.decode("utf-8").rpartition("\n\n")
        except UnicodeDecodeError:
            raise Wrong(f"{called} is no signed note") from None
        if not between or not lines.endswith("\n") or any(ord(each) < 32 and each != "\n" for each in text + lines):
            raise Wrong(f"{called} is no signed note")
        self.called = called
        self.whole = given
        self.text = text + "\n"
        self.signatures = []
        for line in lines[:-1].split("\n"):
            dash, _, rest = line.partition(" ")
            name, _, encoded = rest.partition(" ")
            payload = strict_base64(encoded)
            if dash != "—" or not name or payload is None or len(payload) < 5:
                raise Wrong(f"{called} has a line below it that is no signature")
            self.signatures.append((name, payload[:4], payload[4:]))

    def is_signed_by(self, key: Key) -> bool:
        """Whether a key has signed it; raises Wrong where a line says so and does not verify."""
        found = [sign for name, given, sign in self.signatures if (name, given) == (key.name, key.id)]
        if not all(key.verifies(sign, self.text.encode()) for sign in found):
            raise Wrong(f"the signature of {key.name} below {self.called} does not verify")
        return bool(found)

    def cosigned_by(self, key: Key) -> int | None:
        """When a witness has cosigned it, last; raises Wrong where a line says so and does not verify."""
        times = []
        for name, given, payload in self.signatures:
            if (name, given) != (key.name, key.id):
                continue
            at = int.from_bytes(payload[:8], "big")
            message = f"cosignature/v1\ntime {at}\n{self.text}".encode()
            if len(payload) != 72 or not key.verifies(payload[8:], message):
                raise Wrong(f"the cosignature of {key.name} does not verify")
            times.append(at)
        return max(times, default=None)


class Checkpoint:
    """How large a log's tree is and what its root is (C2SP tlog-checkpoint, without extension lines)."""

    def __init__(self, note: Note):
        lines = note.text.split("\n")
        if len(lines) != 4 or not lines[0] or not re.fullmatch(r"0|[1-9]\d{0,18}", lines[1], re.ASCII):
            raise Wrong(f"{note.called} is no checkpoint")
        self.text = note.text
        self.origin, self.size = lines[0], int(lines[1])
        self.root = hash_of(lines[2], note.called)


class Policy:
    """Whom somebody trusts (C2SP tlog-policy): logs, witnesses, groups of them, and who is enough.

    A log may have several keys: one that is being replaced signs beside the one that replaces it.
    """

    def __init__(self, text: str):
        self.logs: list[Key] = []
        self.witnesses: dict[str, Key] = {}
        self.groups: dict[str, tuple[int, list[str]]] = {}
        self.quorum = ""
        for number, line in enumerate(text.splitlines(), 1):
            words = line.split()
            if words and not words[0].startswith("#") and not self._takes(words):
                raise Wrong(f"line {number} of the policy is not understood")
        if not self.quorum:
            raise Wrong("the policy names no quorum")

    def cosigned(self, note: Note) -> dict[str, int]:
        """The witnesses that have cosigned a checkpoint, with their times."""
        found = {name: note.cosigned_by(key) for name, key in self.witnesses.items()}
        return {name: at for name, at in found.items() if at is not None}

    def is_met(self, cosigners: set[bytes]) -> bool:
        """Whether the owners of these public keys are enough."""
        return self.quorum == "none" or self._says_so(self.quorum, cosigners)

    def _says_so(self, name: str, cosigners: set[bytes]) -> bool:
        if name in self.witnesses:
            return self.witnesses[name].public in cosigners
        threshold, members = self.groups[name]
        return sum(self._says_so(each, cosigners) for each in members) >= threshold

    def _takes(self, words: Sequence[str]) -> bool:
        names = {*self.witnesses, *self.groups}
        publics = {each.public for each in (*self.logs, *self.witnesses.values())}
        members = {each for _, group in self.groups.values() for each in group}
        match words:
            case ["log", text, *url] if len(url) < 2:
                key = key_of(text)
                self.logs.append(key)
                return key.kind == 1 and key.public not in publics
            case ["witness", name, text, *url] if len(url) < 2:
                key = key_of(text)
                self.witnesses[name] = key
                return key.kind == 4 and key.public not in publics and name not in names and name != "none"
            case ["group", name, number, *group] if group:
                most = len(group)
                wanted = {"any": 1, "all": most}.get(
                    number, int(number) if re.fullmatch(r"\d{1,4}", number, re.ASCII) else 0
                )
                self.groups[name] = (wanted, group)
                known = set(group) <= names and len(set(group)) == most and not members & set(group)
                return known and 1 <= wanted <= most and name not in names and name != "none"
            case ["quorum", name]:
                first, self.quorum = not self.quorum, name
                return first and (name == "none" or name in names)
        return False


# --------------------------------------------------------------------------------------------- bytes and words


Headers = tuple[bytes, bytes, bytes | None, bytes | None]
"""What is read of a block of headers: the event's own lines, each with its line end, without those of the server and
without the blind; what it is blinded with, nothing where it is not; the goal or plan that it names; and its version
there. The last two are None where it does not say so."""
VERSION, LINE_END = b"NATS/1.0\r\n", b"\r\n"
SERVERS, BLIND = b"\r\nnats-", b"\r\ncairn-blind:"
"""How the lines begin, in any case, that are not the event's own."""


def headers_of(block: bytes) -> Headers:
    """What is read of a block of headers as it is stored; raises Wrong for what is no such block."""
    if not block:
        return b"", b"", None, None
    if not block.startswith(VERSION) or not block.endswith(b"\r\n\r\n"):
        raise Wrong("an event has headers that are no block of NATS")
    lower = block.lower()
    servers, at = lower.find(SERVERS), lower.find(BLIND)
    end = lower.find(LINE_END, at + 2)
    if at < 0 and servers < 0:
        own, blind = block[len(VERSION) : -2], b""
    elif at >= 0 and servers in (-1, end) and lower.count(SERVERS, end) == lower.count(LINE_END, end) - 2:
        # As Cairn writes it: behind the blind there are only lines of the server, and before it none.
        own, blind = block[len(VERSION) : at + 2], block[at + len(BLIND) : end]
    else:
        rest, blind = without(without(block, SERVERS)[0], BLIND)
        own = rest[len(VERSION) : -2]
    opened = unblinded(blind.strip()) if blind else b""
    return own, opened, last_of(b"\r\nce-subject:", block, lower), last_of(b"\r\nce-version:", block, lower)


def last_of(begin: bytes, block: bytes, lower: bytes) -> bytes | None:
    """What the last line says that begins in a certain way; None where there is none."""
    at = lower.rfind(begin)
    return None if at < 0 else block[at + len(begin) : lower.find(LINE_END, at + 2)].strip()


def without(block: bytes, begin: bytes) -> tuple[bytes, bytes]:
    """A block without the lines that begin in a certain way, in any case; and what the last of them says."""
    lower = block.lower()
    at = lower.find(begin)
    if at < 0:
        return block, b""
    kept, start = [], 0
    while at >= 0:
        end = lower.find(LINE_END, at + 2)
        kept.append(block[start:at])
        begun, start = at, end
        at = lower.find(begin, end)
    kept.append(block[start:])
    return b"".join(kept), block[begun + len(begin) : start]


URL_SAFE = bytes.maketrans(b"-_", b"+/")


def unblinded(text: bytes) -> bytes:
    """The bytes of a blind, which is base64url; what is none counts as it stands."""
    try:
        return binascii.a2b_base64(text.translate(URL_SAFE) + b"=" * (-len(text) % 4), strict_mode=True)
    except binascii.Error:
        return text


class Pairs(list[tuple[str, Json]]):
    """The members of a JSON object, also those whose name stands in it twice."""


def told(event: Event) -> str:
    """An event in words, from its bytes."""
    begin = f"position {event.position}, {word(event.place)}"
    if event.withheld:
        return f"{begin}: withheld\n  recorded {moment(event.recorded_ns)}; what it says is not shown"
    said = event.attributes
    kind = word(said.get("ce-type", "(no event of Cairn's)"))
    actor, by = (unquote(said.get(name, "")) for name in ("ce-actor", "ce-submittedby"))
    who = f"{word(actor) or 'somebody'}, {word(said.get('ce-actorrole', 'role unknown'))}"
    entered = f"; submitted by {word(by)}" if by and by != actor else ""
    lines = [
        f"{begin}, version {word(said.get('ce-version', '?'))}: {kind}",
        f"  happened {word(said.get('ce-time', '?'))}, recorded {moment(event.recorded_ns)}; {who}{entered}",
    ]
    try:
        data = json.loads(event.body, object_pairs_hook=Pairs)
        lines += said_in(data)
    except (ValueError, RecursionError):
        lines.append(f"  ({counted(len(event.body), 'byte that is', 'bytes that are')} no JSON)")
    return "\n".join(lines)


def said_in(data: Json, name: str = "", depth: int = 1) -> Iterator[str]:
    """The fields of some JSON, a line each."""
    indent = "  " * depth
    if isinstance(data, Pairs):
        if name:
            yield f"{indent}{name}:"
        for key, value in data:
            yield from said_in(value, word(key), depth + bool(name))
    elif isinstance(data, list):
        for number, value in enumerate(data, 1):
            yield from said_in(value, f"{name} {number}", depth)
    else:
        text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
        yield f"{indent}{name}: {plain(text)}".replace("\n", f"\n{indent}  ")


class Signs(dict[int, str]):
    """What stands for each character: itself, or a mark for what could steer a terminal or turn a line around."""

    def __missing__(self, code: int) -> str:
        """Look at a character once."""
        sign = chr(code)
        category = unicodedata.category(sign)
        steers = sign != "\n" and (category[0] == "C" or category in ("Zl", "Zp"))
        self[code] = "\ufffd" if steers else sign
        return self[code]


SIGNS = Signs()


def plain(text: str) -> str:
    """A text without what could steer a terminal, or turn the direction of what follows."""
    return text.translate(SIGNS)


def word(text: str) -> str:
    """A text that stays on its line."""
    return plain(text).replace("\n", "\ufffd")


def counted(number: int, one: str = "event", several: str = "events") -> str:
    """A number of things: `1 event`, `2 events`."""
    return f"{number} {one if number == 1 else several}"


def moment(nanoseconds: int) -> str:
    """Nanoseconds since 1970 as a time, to the microsecond."""
    try:
        return (EPOCH + timedelta(microseconds=nanoseconds // 1000)).isoformat()
    except OverflowError:
        return f"nanosecond {nanoseconds}"


def instant(seconds: int) -> str:
    """Seconds since 1970 as a time."""
    return moment(seconds * SECOND)


def natural(value: Json) -> int:
    """A number that counts."""
    if type(value) is not int or not 0 <= value < 1 << 63:
        raise ValueError("no count")
    return value


def hash_of(text: str, where: str) -> bytes:
    """A hash of 32 bytes in base64."""
    decoded = strict_base64(text)
    if decoded is None or len(decoded) != 32:
        raise Wrong(f"{where} has something that is no hash in the place of one")
    return decoded


def strict_base64(text: str) -> bytes | None:
    """The bytes of standard base64; None for anything else, also for stray bits at its end."""
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return decoded if base64.b64encode(decoded).decode() == text else None


def is_left_by_a_system(name: str) -> bool:
    """Whether a system has put a file there by itself: no part of an export is called so."""
    return name in LEFT_BY_SYSTEMS or name.startswith("._")


def is_plain_name(name: str) -> bool:
    """Whether a name leads to a file in the folder and nowhere else."""
    parts = name.split("/")
    return all(part and part not in (".", "..") and "\\" not in part and "\0" not in part for part in parts)


def read_text(file: Path) -> str:
    """A file as text."""
    try:
        return read_bytes(file).decode("utf-8")
    except UnicodeDecodeError:
        raise Wrong(f"{file.name} is not UTF-8") from None


def read_bytes(file: Path) -> bytes:
    """A file, where it is one and of a size that can be read."""
    try:
        if file.is_symlink() or not file.is_file() or file.stat().st_size > MAX_FILE_BYTES:
            raise Wrong(f"there is no file {file.name} that can be read")
        return file.read_bytes()
    except OSError:
        raise Wrong(f"the file {file.name} cannot be read") from None


def open_file(file: Path) -> io.BufferedReader:
    """A file that is read piece by piece."""
    try:
        if file.is_symlink() or not file.is_file():
            raise Wrong(f"there is no file {file.name} that can be read")
        return file.open("rb")
    except OSError:
        raise Wrong(f"the file {file.name} cannot be read") from None


def digest_of(file: Path) -> str:
    """The SHA-256 of a file, as hex."""
    with open_file(file) as opened:
        try:
            return hashlib.file_digest(opened, "sha256").hexdigest()
        except OSError:
            raise Wrong(f"the file {file.name} cannot be read") from None


if __name__ == "__main__":
    sys.exit(main())
