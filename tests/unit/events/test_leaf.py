"""The leaf of a stored message, held against vectors that were made without Cairn."""

import base64
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from events.envelope import StoredMessage
from events.leaf import fingerprint, has_fingerprint, hole, leaf_of, raw_of
from events.log.client.headers import headers_of
from events.log.timestamps import nanoseconds
from events.raw_message import RawMessage
from events.transparency.merkle import leaf_hash
from services.notary import verify_history
from tests.blocks import BLOCKS

MESSAGE = StoredMessage("cairn.log.o.p.g", 7, 1_790_000_000_000_000_001, {"ce-id": "1", "ce-type": "t"}, b"{}")


@dataclass(frozen=True, slots=True)
class Vector:
    message: RawMessage
    leaf: bytes
    hash: bytes


@pytest.fixture(params=[0, 1], ids=["blinded", "without a blind"])
def vector(request: pytest.FixtureRequest, shared_data: Path) -> Vector:
    said = json.loads((shared_data / "tlog_vectors.json").read_text())["event_leaf"]["events"][request.param]
    headers = said["stored_header_block"].encode()
    message = RawMessage(said["subject"], said["position"], said["recorded_ns"], headers, said["body"].encode())
    return Vector(message, bytes.fromhex(said["leaf_hex"]), base64.b64decode(said["leaf_hash"]))


def test_a_leaf_is_the_published_one(vector: Vector) -> None:
    assert leaf_of(vector.message) == vector.leaf


def test_a_position_that_is_missing_has_a_leaf_of_its_own(shared_data: Path) -> None:
    said = json.loads((shared_data / "tlog_vectors.json").read_text())["event_leaf"]
    assert hole(813).hex() == said["hole_813_hex"]


def test_a_fingerprint_is_the_hash_of_the_leaf() -> None:
    assert fingerprint(MESSAGE) == hashlib.sha256(leaf_of(raw_of(MESSAGE))).hexdigest()


@pytest.mark.parametrize(
    "other",
    [
        MESSAGE._replace(position=8),
        MESSAGE._replace(recorded_ns=MESSAGE.recorded_ns + 1),
        MESSAGE._replace(subject="cairn.log.o.p.h"),
        MESSAGE._replace(headers={"ce-id": "2", "ce-type": "t"}),
        MESSAGE._replace(headers={"ce-type": "t", "ce-id": "1"}),
        MESSAGE._replace(data=b"{ }"),
    ],
    ids=["position", "one nanosecond", "subject", "header", "order of headers", "body"],
)
def test_whatever_differs_makes_another_fingerprint(other: StoredMessage) -> None:
    assert fingerprint(other) != fingerprint(MESSAGE)


def test_what_the_server_adds_is_left_out() -> None:
    """It differs after a restore, and between what is followed and what is got by its position."""
    assert fingerprint(MESSAGE._replace(headers={**MESSAGE.headers, "Nats-Sequence": "7"})) == fingerprint(MESSAGE)


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_the_checker_that_goes_along_with_an_export_computes_the_same_by_itself(block: bytes) -> None:
    raw = RawMessage("cairn.log.o.p.g", 7, 1_790_000_000_000_000_001, block or BLOCKS["no lines"], b"{}")
    event = verify_history.Event(raw.position, raw.recorded_ns, raw.subject, raw.headers, raw.body)

    assert leaf_hash(leaf_of(raw)) == event.leaf_hash()


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_a_message_that_was_read_by_names_has_the_leaf_of_what_is_stored(block: bytes) -> None:
    raw = RawMessage("cairn.log.o.p.g", 7, 1_790_000_000_000_000_001, block, b"{}")
    by_name = StoredMessage(*raw[:3], headers_of(block), raw.body)

    assert leaf_of(raw_of(by_name)) == leaf_of(raw)
    assert fingerprint(by_name) == fingerprint(raw)


def test_a_fingerprint_of_an_earlier_version_is_known_where_names_stand_twice() -> None:
    """It was made of the last of each name."""
    odd = MESSAGE._replace(headers=headers_of(BLOCKS["a name twice"]))
    earlier = fingerprint(MESSAGE._replace(headers={"ce-id": "2", "ce-type": "t"}))

    assert fingerprint(odd) != earlier
    assert has_fingerprint(odd, earlier)
    assert has_fingerprint(odd, fingerprint(odd))
    assert not has_fingerprint(odd, fingerprint(MESSAGE))
    assert not has_fingerprint(MESSAGE, earlier)


@pytest.mark.parametrize(
    ("instant", "since_1970"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-03-02T09:00:00.5Z", 1_772_442_000_500_000_000),
        ("2026-03-02T09:00:00.123456789Z", 1_772_442_000_123_456_789),
    ],
)
def test_instants_of_the_server_are_read_to_the_nanosecond(instant: str, since_1970: int) -> None:
    assert nanoseconds(instant) == since_1970
