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
"""

import argparse
import base64
import binascii
import hashlib
import json
import re
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

VOUCHED, WRONG, IN_ITSELF = 0, 1, 2
FORMAT = "cairn-history/1"
STATEMENT = "cairn-statement/1"
STATEMENTS = "/statements"
NOT_STATED = frozenset({"statement", "verify_history.py"})
MAX_FILE_BYTES = 1 << 30
CLOCK_SECONDS = 300
"""How far two clocks may be apart before what they say is a contradiction."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Json = Any


class Wrong(Exception):
    """Something does not hold; the text says what."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Check a folder, print the timeline and what was found, and return the exit code."""
    parser = argparse.ArgumentParser(description="Check a history that was exported from Cairn.")
    parser.add_argument("folder", type=Path, help="the folder of the export")
    parser.add_argument("--policy", type=Path, help="whom you trust, from somebody else than who gave you the folder")
    parser.add_argument("--also", type=Path, action="append", default=[], help="a checkpoint from elsewhere")
    parser.add_argument("--consistency", type=Path, action="append", default=[], help="a proof that belongs to --also")
    parser.add_argument("--quiet", action="store_true", help="do not print the timeline")
    given = parser.parse_args(arguments)
    try:
        history = History(given.folder, given.policy)
        history.check()
        for number, also in enumerate(given.also):
            history.check_also(also, given.consistency[number] if number < len(given.consistency) else None)
    except Wrong as wrong:
        print(f"WRONG: {wrong}")
        return WRONG
    if not given.quiet:
        print(history.timeline())
    print(history.verdict())
    return VOUCHED if history.vouched else IN_ITSELF


# --------------------------------------------------------------------------------------------- the history


@dataclass(frozen=True)
class Event:
    """One event as the log stores it."""

    position: int
    recorded_ns: int
    subject: str
    headers: bytes
    body: bytes

    @property
    def attributes(self) -> dict[str, str]:
        """Its headers by their names in lower case, the last of each."""
        found = {}
        for line in header_lines(self.headers):
            name, _, value = line.decode("utf-8", "replace").partition(":")
            found[name.lower()] = value.strip()
        return found

    @property
    def recorded_at(self) -> datetime:
        """When the log stored it."""
        return EPOCH + timedelta(microseconds=self.recorded_ns // 1000)

    def leaf_hash(self) -> bytes:
        """The hash of its leaf."""
        subject = self.subject.encode()
        blind = blind_of(self.headers)
        own = b"".join(line for line in header_lines(self.headers) if is_own(line))
        headers = sha256(sha256(b"cairn-headers/1\n" + blind) + own)
        body = sha256(sha256(b"cairn-body/1\n" + blind) + self.body)
        leaf = b"cairn-leaf/1\n" + self.position.to_bytes(8, "big") + self.recorded_ns.to_bytes(8, "big")
        return sha256(b"\x00" + leaf + len(subject).to_bytes(2, "big") + subject + headers + body)


class History:
    """An exported history and what was found of it.

    Args:
        folder: The export.
        policy: Whom the reader trusts; None for the keys that came along.
    """

    def __init__(self, folder: Path, policy: Path | None):
        self.folder = folder
        self.vouched = False
        self.policy = Policy(read_text(policy) if policy else self._text("policy"))
        self.from_elsewhere = policy is not None
        about = self._json("history.json")
        if not isinstance(about, dict) or about.get("format") != FORMAT:
            raise Wrong(f"history.json is not of the format {FORMAT}")
        self.scope = str(about.get("scope", ""))
        self.note = Note(self._bytes("checkpoint"), "checkpoint")
        self.checkpoint = Checkpoint(self.note)
        self.events = list(self._read_events())
        self.cosigned: list[tuple[str, int]] = []

    def check(self) -> None:
        """Check all of it; raise Wrong at the first thing that does not hold."""
        self._check_checkpoint()
        self._check_order()
        self._check_inclusion()
        self._check_versions()
        self._check_statement()
        self._check_times()
        self.vouched = self.from_elsewhere and self.policy.is_met({key for key, _ in self.cosigners})

    def check_also(self, file: Path, proof: Path | None) -> None:
        """Check that a checkpoint from elsewhere is of the same tree, earlier or later."""
        note = Note(read_bytes(file), file.name)
        other = Checkpoint(note)
        if other.origin != self.checkpoint.origin:
            raise Wrong(f"{file.name} is of another log: {other.origin}")
        if not note.is_signed_by(self.policy.log_key(other.origin)):
            raise Wrong(f"{file.name} is not signed by the key of {other.origin}")
        small, large = sorted((self.checkpoint, other), key=lambda each: each.size)
        if small.size == large.size:
            if small.root != large.root:
                raise Wrong(f"two histories: {file.name} and the export have {small.size} events and different roots")
            return
        hashes = [] if proof is None else [hash_of(line, proof.name) for line in read_text(proof).split()]
        if not consistent(small.size, large.size, hashes, small.root, large.root):
            missing = " (no --consistency proof was given)" if proof is None else ""
            raise Wrong(f"{file.name} is not shown to be of the same tree as the export{missing}")

    @property
    def cosigners(self) -> list[tuple[bytes, int]]:
        """The public keys of the witnesses that have cosigned, with their times."""
        found = []
        for name, witness in self.policy.witnesses.items():
            at = self.note.cosigned_by(witness)
            if at is not None:
                found.append((witness.public, at))
                self.cosigned = [*(each for each in self.cosigned if each[0] != name), (name, at)]
        return found

    def verdict(self) -> str:
        """What was found, in sentences."""
        checkpoint = self.checkpoint
        lines = [f"{len(self.events)} events of {self.scope}, each among the {checkpoint.size} of {checkpoint.origin}."]
        lines += [f"{name} cosigned it at {instant(at)}." for name, at in self.cosigned]
        if self.vouched:
            lines.append(
                f"VOUCHED FOR by {len(self.cosigned)} of {len(self.policy.witnesses)} witnesses of your policy: these"
                " very bytes were there, nothing before them was changed, removed or moved, and the operator states"
                " that none is left out."
            )
        elif self.from_elsewhere:
            lines.append("CONSISTENT IN ITSELF ONLY: too few witnesses of your policy have cosigned.")
        else:
            lines.append(
                "CONSISTENT IN ITSELF ONLY: the keys came along in the folder, and whoever made it chose them. Ask"
                " somebody else for a policy, and give it with --policy."
            )
        lines.append("It does not show that what was said is true, nor who typed it.")
        return "\n".join(lines)

    def timeline(self) -> str:
        """Every event in words, from its bytes."""
        return "\n\n".join(told(event) for event in self.events)

    # ------------------------------------------------------------------------------------------ the checks

    def _check_checkpoint(self) -> None:
        key = self.policy.log_key(self.checkpoint.origin)
        if not self.note.is_signed_by(key):
            raise Wrong(f"the checkpoint is not signed by the key of {self.checkpoint.origin}")
        if not self.cosigners and self.policy.quorum != "none" and self.from_elsewhere:
            raise Wrong("no witness of your policy has cosigned the checkpoint")

    def _check_order(self) -> None:
        before = 0
        for event in self.events:
            if event.position <= before:
                raise Wrong(f"position {event.position} does not follow position {before}")
            before = event.position
            place = event.subject.split(".", 2)[-1] if event.subject.count(".") > 1 else ""
            if not (place == self.scope or place.startswith(f"{self.scope}.")):
                raise Wrong(f"the event at position {event.position} is not of {self.scope}")
            named = event.attributes.get("ce-subject")
            if named is not None and named != place:
                raise Wrong(f"the event at position {event.position} names another goal than it is stored under")

    def _check_inclusion(self) -> None:
        nodes = self._nodes()
        size, root = self.checkpoint.size, self.checkpoint.root
        for event in self.events:
            index = event.position - 1
            proof = self._proof(event.position) if nodes is None else proof_from(nodes, index, size)
            if not included(index, size, event.leaf_hash(), proof, root):
                raise Wrong(
                    f"the event at position {event.position} is not the one in the log: its bytes, its time or its"
                    " place was changed, or its proof was"
                )

    def _check_versions(self) -> None:
        last: dict[str, int] = {}
        for event in self.events:
            text = event.attributes.get("ce-version", "")
            if not text.isdecimal():
                continue
            expected = last.get(event.subject, 0) + 1
            if int(text) != expected:
                raise Wrong(
                    f"an event of {event.subject.split('.', 2)[-1]} is missing: position {event.position} is version"
                    f" {text}, and version {expected} should come"
                )
            last[event.subject] = int(text)

    def _check_statement(self) -> None:
        note = Note(self._bytes("statement"), "statement")
        key = self.policy.log_key(self.checkpoint.origin + STATEMENTS)
        if not note.is_signed_by(key):
            raise Wrong(f"the statement is not signed by the key of {key.name}")
        lines = note.text.split("\n")[:-1]
        positions = hashlib.sha256("".join(f"{each.position}\n" for each in self.events).encode()).hexdigest()
        last = self.events[-1].position if self.events else 0
        expected = [
            STATEMENT,
            self.checkpoint.origin,
            str(self.checkpoint.size),
            self.scope,
            f"events {len(self.events)}",
            f"last {last}",
            f"positions {positions}",
        ]
        for said, found in zip(lines, expected, strict=False):
            if said != found:
                raise Wrong(f"the operator states “{said}”, and the export has “{found}”: not all events are there")
        self._check_files(lines[len(expected) :])

    def _check_files(self, lines: Sequence[str]) -> None:
        stated = {}
        for line in lines:
            word, digest, name = (*line.split(" ", 2), "", "")[:3]
            if word != "file" or not re.fullmatch(r"[0-9a-f]{64}", digest) or not is_plain_name(name):
                raise Wrong("the statement has a line that is not understood")
            stated[name] = digest
        there = {str(each.relative_to(self.folder)) for each in self.folder.rglob("*") if each.is_file()}
        for name in sorted(there - NOT_STATED - set(stated)):
            raise Wrong(f"the statement does not name the file {name}: it was added")
        for name, digest in stated.items():
            if name not in there:
                raise Wrong(f"the file {name} is missing")
            if hashlib.sha256(self._bytes(name)).hexdigest() != digest:
                raise Wrong(f"the file {name} is not the one that was exported: it was changed")

    def _check_times(self) -> None:
        before = None
        for event in self.events:
            if before is not None and event.recorded_ns < before.recorded_ns:
                raise Wrong(f"position {event.position} was recorded before position {before.position}")
            before = event
        for _, at in self.cosigners:
            late = [each for each in self.events if each.recorded_ns > (at + CLOCK_SECONDS) * 1_000_000_000]
            if late:
                raise Wrong(f"position {late[0].position} says that it was recorded after it was cosigned")

    # ------------------------------------------------------------------------------------------ the files

    def _read_events(self) -> Iterator[Event]:
        for number, line in enumerate(self._text("events.jsonl").splitlines(), 1):
            try:
                said = json.loads(line)
                yield Event(
                    natural(said["position"]),
                    natural(said["recorded_ns"]),
                    str(said["subject"]),
                    base64.b64decode(said["headers"], validate=True),
                    base64.b64decode(said["body"], validate=True),
                )
            except (KeyError, TypeError, ValueError, binascii.Error):
                raise Wrong(f"line {number} of events.jsonl is no event") from None

    def _nodes(self) -> dict[tuple[int, int], bytes] | None:
        if not (self.folder / "nodes.jsonl").exists():
            return None
        found = {}
        for number, line in enumerate(self._text("nodes.jsonl").splitlines(), 1):
            try:
                level, place, hashed = json.loads(line)
                found[natural(level), natural(place)] = hash_of(hashed, "nodes.jsonl")
            except (TypeError, ValueError):
                raise Wrong(f"line {number} of nodes.jsonl is no hash of the tree") from None
        return found

    def _proof(self, position: int) -> list[bytes]:
        name = f"proofs/{position}.tlog-proof"
        head, between, note = self._bytes(name).partition(b"\n\n")
        lines = head.decode("ascii", "replace").split("\n")
        if len(lines) > 1 and lines[1].startswith("extra "):
            del lines[1]
        if not between or lines[:2] != ["c2sp.org/tlog-proof@v1", f"index {position - 1}"]:
            raise Wrong(f"{name} is no proof of position {position}")
        if Checkpoint(Note(note, name)).text != self.checkpoint.text:
            raise Wrong(f"{name} is against another checkpoint than the export's")
        return [hash_of(line, name) for line in lines[2:]]

    def _bytes(self, name: str) -> bytes:
        return read_bytes(self.folder / name)

    def _text(self, name: str) -> str:
        return read_text(self.folder / name)

    def _json(self, name: str) -> Json:
        try:
            return json.loads(self._text(name))
        except ValueError:
            raise Wrong(f"{name} is no JSON") from None


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


def proof_from(nodes: dict[tuple[int, int], bytes], index: int, size: int) -> list[bytes]:
    """The proof of a leaf from hashes of full subtrees, each of which is there once for all events."""
    start, end, proof = 0, size, []
    while end - start > 1:
        middle = start + (1 << ((end - start - 1).bit_length() - 1))
        if index < middle:
            proof.append(root_from(nodes, middle, end))
            end = middle
        else:
            proof.append(root_from(nodes, start, middle))
            start = middle
    return proof[::-1]


def root_from(nodes: dict[tuple[int, int], bytes], start: int, end: int) -> bytes:
    """The root over a range of leaves from its full subtrees."""
    roots = []
    while start < end:
        level = (end - start).bit_length() - 1
        hashed = nodes.get((level, start >> level))
        if hashed is None:
            raise Wrong(f"nodes.jsonl lacks the hash {start >> level} of level {level}")
        roots.append(hashed)
        start += 1 << level
    found = roots.pop()
    while roots:
        found = node(roots.pop(), found)
    return found


# --------------------------------------------------------------------------------------------- notes, keys, policy


@dataclass(frozen=True)
class Key:
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


@dataclass
class Policy:
    """Whom somebody trusts (C2SP tlog-policy): logs, witnesses, groups of them, and who is enough."""

    text: str
    logs: dict[str, Key] = field(default_factory=dict)
    witnesses: dict[str, Key] = field(default_factory=dict)
    groups: dict[str, tuple[int, list[str]]] = field(default_factory=dict)
    quorum: str = ""

    def __post_init__(self) -> None:
        """Read the lines."""
        for number, line in enumerate(self.text.splitlines(), 1):
            words = line.split()
            if words and not words[0].startswith("#") and not self._takes(words):
                raise Wrong(f"line {number} of the policy is not understood")
        if not self.quorum:
            raise Wrong("the policy names no quorum")

    def log_key(self, origin: str) -> Key:
        """The key of a log."""
        if origin not in self.logs:
            raise Wrong(f"the policy has no key of {origin}")
        return self.logs[origin]

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
        publics = {each.public for each in (*self.logs.values(), *self.witnesses.values())}
        members = {each for _, group in self.groups.values() for each in group}
        match words:
            case ["log", text, *url] if len(url) < 2:
                key = key_of(text)
                self.logs[key.name] = key
                return key.kind == 1 and key.public not in publics
            case ["witness", name, text, *url] if len(url) < 2:
                key = key_of(text)
                self.witnesses[name] = key
                return key.kind == 4 and key.public not in publics and name not in names and name != "none"
            case ["group", name, number, *group] if group:
                most = len(group)
                wanted = {"any": 1, "all": most}.get(number, int(number) if number.isdecimal() else 0)
                self.groups[name] = (wanted, group)
                known = set(group) <= names and len(set(group)) == most and not members & set(group)
                return known and 1 <= wanted <= most and name not in names and name != "none"
            case ["quorum", name]:
                first, self.quorum = not self.quorum, name
                return first and (name == "none" or name in names)
        return False


# --------------------------------------------------------------------------------------------- bytes and words


def header_lines(block: bytes) -> list[bytes]:
    """The lines of a block of headers as it is stored, each with its line end, without what begins and ends it."""
    if not block.startswith(b"NATS/1.0") or not block.endswith(b"\r\n\r\n"):
        raise Wrong("an event has headers that are no block of NATS")
    lines = block[len(b"NATS/1.0") : -2].split(b"\r\n")
    return [line + b"\r\n" for number, line in enumerate(lines[:-1]) if line or number]


def is_own(line: bytes) -> bool:
    """Whether a header line is the event's own: neither the server's nor the blind."""
    lower = line.lower()
    return not lower.startswith((b"nats-", b"cairn-blind:"))


def blind_of(block: bytes) -> bytes:
    """What an event is blinded with; nothing where it is not."""
    for line in reversed(header_lines(block)):
        name, _, value = line.partition(b":")
        if name.lower() == b"cairn-blind":
            text = value.strip()
            try:
                return base64.b64decode(text + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
            except (binascii.Error, ValueError):
                return text
    return b""


def told(event: Event) -> str:
    """An event in words, from its bytes."""
    said = event.attributes
    kind = said.get("ce-type", "(no event of Cairn's)")
    who = f"{unquote(said.get('ce-actor', 'somebody'))}, {said.get('ce-actorrole', 'role unknown')}"
    by = unquote(said.get("ce-submittedby", ""))
    entered = f"; submitted by {by}" if by and by != unquote(said.get("ce-actor", "")) else ""
    lines = [
        f"position {event.position}, {event.subject.split('.', 2)[-1]}, version {said.get('ce-version', '?')}: {kind}",
        f"  happened {said.get('ce-time', '?')}, recorded {event.recorded_at.isoformat()}; {who}{entered}",
    ]
    try:
        data = json.loads(event.body)
    except ValueError:
        data = f"({len(event.body)} bytes)"
    return plain("\n".join([*lines, *said_in(data)]))


def said_in(data: Json, name: str = "", depth: int = 1) -> Iterator[str]:
    """The fields of some JSON, a line each."""
    indent = "  " * depth
    if isinstance(data, dict):
        if name:
            yield f"{indent}{name}:"
        for key, value in data.items():
            yield from said_in(value, str(key), depth + bool(name))
    elif isinstance(data, list):
        for number, value in enumerate(data, 1):
            yield from said_in(value, f"{name} {number}", depth)
    else:
        text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
        yield f"{indent}{name}: {text}".replace("\n", f"\n{indent}  ")


def plain(text: str) -> str:
    """A text without what could steer a terminal, or turn the direction of what follows."""
    return "".join(each if each == "\n" or unicodedata.category(each)[0] != "C" else "�" for each in text)


def instant(seconds: int) -> str:
    """Seconds since 1970 as a time."""
    try:
        return (EPOCH + timedelta(seconds=seconds)).isoformat()
    except OverflowError:
        return f"second {seconds}"


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


if __name__ == "__main__":
    sys.exit(main())
