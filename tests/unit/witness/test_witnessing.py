"""What a witness cosigns, what it refuses and with which status, and what it keeps of that."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path

import pytest

from events.transparency.checkpoints import Checkpoint, checkpoint_of, cosignatures_of
from events.transparency.keys import COSIGNATURE, NOTE, SignerKey
from events.transparency.notes import Note, parse_note, signed
from services.notary.witness_requests import AddCheckpoint
from services.witness.errors import NotCosigned, WitnessRecordsUnusable
from services.witness.records import Records
from services.witness.witnessing import Witness, trust
from tests.witnesses import ORIGIN, SigningLog

KEY = SignerKey("witness.example/w1", COSIGNATURE, bytes(range(1, 33)))
STRANGER = SignerKey(ORIGIN, NOTE, bytes(range(2, 34)))


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    Records.make(tmp_path / "records.db", "ours")
    opened = Records(tmp_path / "records.db", "ours")
    with closing(opened):
        yield opened


@pytest.fixture
def log(tmp_path: Path) -> SigningLog:
    log = SigningLog(tmp_path / "log")
    log.grow(20)
    return log


@pytest.fixture
def other_history(tmp_path: Path) -> SigningLog:
    log = SigningLog(tmp_path / "other", history="other ")
    log.grow(20)
    return log


@pytest.fixture
def witness(records: Records, log: SigningLog, clock: Clock) -> Witness:
    trust(records, log.key.verifier, ())
    return Witness(records, KEY, clock)


def refused(witness: Witness, body: bytes) -> tuple[int, int | None]:
    with pytest.raises(NotCosigned) as found:
        witness.add_checkpoint(body)
    return found.value.status, found.value.size


def times(witness: Witness, log: SigningLog, old: int, new: int) -> list[int]:
    line = witness.add_checkpoint(log.request(old, new))
    note = Note(log.checkpoint(new).text, (line,))
    return [each.at for each in cosignatures_of(note, [KEY.verifier])]


def test_a_log_that_only_grows_is_cosigned_from_the_first_on(witness: Witness, log: SigningLog, clock: Clock) -> None:
    assert times(witness, log, 0, 3) == [1_800_000_000]
    clock.now += 5
    assert times(witness, log, 3, 20) == [1_800_000_005]


def test_the_same_size_again_is_cosigned_with_a_new_time(witness: Witness, log: SigningLog, clock: Clock) -> None:
    times(witness, log, 0, 7)
    clock.now += 600
    assert times(witness, log, 7, 7) == [1_800_000_600]


def test_an_empty_log_is_cosigned(witness: Witness, log: SigningLog) -> None:
    assert times(witness, log, 0, 0)
    assert times(witness, log, 0, 5)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 0\n",
        b"old 00\n\nx\n1\ny\n\n",
        b"old -1\n\nx\n",
        b"old 99999999999999999999\n\nx\n",
        b"old 0\nnot base64\n\nx\n",
        b"old 0\n" + b"A" * 43 + b"=\n" * 1 + b"\n",
        b"old 0\n" + (b"A" * 43 + b"=\n") * 64 + b"\nx\n\n",
        "öld 0\n\n".encode(),
        b"old 0\n\nclinic.example/tlog/7f3k2m9q-1\nno size\nno root\n\n\xe2\x80\x94 a AAAAAAAA\n",
    ],
    ids=["empty", "no note", "zeros", "sign", "too large", "no hash", "no line", "64 hashes", "no ASCII", "no tree"],
)
def test_what_cannot_be_read_is_400(witness: Witness, body: bytes) -> None:
    assert refused(witness, body) == (400, None)


def test_a_log_that_is_not_registered_is_404_whatever_else_is_wrong(tmp_path: Path, witness: Witness) -> None:
    another = SigningLog(tmp_path / "another", "another.example/tlog/7f3k2m9q-1")
    another.grow(3)
    assert refused(witness, another.request(2, 3, STRANGER)) == (404, None)


def test_without_a_signature_that_is_trusted_it_is_403_also_for_an_old_size_that_is_too_large(
    witness: Witness, log: SigningLog
) -> None:
    assert refused(witness, log.request(9, 3, STRANGER)) == (403, None)
    good = log.checkpoint(3).signatures[0]
    forged = Note(log.checkpoint(4).text, (good,))
    assert refused(witness, bytes(AddCheckpoint(0, (), forged))) == (403, None)


def test_an_old_size_above_the_new_one_is_400_also_where_it_is_not_the_stored_one(
    witness: Witness, log: SigningLog
) -> None:
    assert refused(witness, log.request(9, 3)) == (400, None)


def test_an_extension_line_is_400(witness: Witness, log: SigningLog) -> None:
    text = log.checkpoint(3).text + "an extension\n"
    assert refused(witness, bytes(AddCheckpoint(0, (), signed(text, log.key)))) == (400, None)


def test_another_old_size_is_409_with_the_stored_one_also_where_the_proof_is_wrong(
    witness: Witness, log: SigningLog
) -> None:
    assert refused(witness, log.request(2, 3)) == (409, 0)
    times(witness, log, 0, 7)
    assert refused(witness, log.request(3, 9)) == (409, 7)
    assert refused(witness, bytes(AddCheckpoint(3, (bytes(32),), log.checkpoint(9)))) == (409, 7)
    assert refused(witness, log.request(0, 9)) == (409, 7)


def test_a_proof_that_does_not_hold_is_422_and_kept(
    witness: Witness, records: Records, log: SigningLog, other_history: SigningLog
) -> None:
    times(witness, log, 0, 7)
    wrong = [
        bytes(AddCheckpoint(7, (bytes(32),), log.checkpoint(9))),
        bytes(AddCheckpoint(7, (), log.checkpoint(9))),
        bytes(AddCheckpoint(7, (bytes(32),), log.checkpoint(7))),
        other_history.request(7, 9),
    ]
    for body in wrong:
        assert refused(witness, body) == (422, None)
    assert [each.request for each in records.evidence()] == [wrong[0], wrong[2], wrong[3]]  # the text of 0 is that of 1
    assert times(witness, log, 7, 9), "what was wrong changes nothing"


def test_a_proof_with_an_old_size_of_zero_is_422(witness: Witness, log: SigningLog) -> None:
    assert refused(witness, bytes(AddCheckpoint(0, (bytes(32),), log.checkpoint(3)))) == (422, None)


def test_an_empty_tree_with_another_root_is_422(witness: Witness, log: SigningLog) -> None:
    note = signed(Checkpoint(ORIGIN, 0, bytes(32)).text, log.key)
    assert refused(witness, bytes(AddCheckpoint(0, (), note))) == (422, None)


def test_two_trees_of_one_size_end_it_and_both_are_kept(
    witness: Witness, records: Records, log: SigningLog, other_history: SigningLog
) -> None:
    times(witness, log, 0, 7)
    second = other_history.request(7, 7)

    assert refused(witness, second) == (422, None)

    (kept,) = records.evidence()
    assert kept.request == second
    assert parse_note((kept.against or "").encode()) == log.checkpoint(7)
    assert refused(witness, log.request(7, 9)) == (422, None), "a log with two histories is cosigned no more"


def test_a_second_history_is_found_also_where_the_old_size_is_another(
    witness: Witness, records: Records, log: SigningLog, other_history: SigningLog
) -> None:
    times(witness, log, 0, 7)
    times(witness, log, 7, 9)
    assert refused(witness, other_history.request(3, 7)) == (409, 9)
    assert records.fork(ORIGIN) is not None


def test_what_was_announced_counts_as_seen(
    witness: Witness, records: Records, log: SigningLog, other_history: SigningLog
) -> None:
    assert witness.announced(str(log.checkpoint(7)).encode()) == checkpoint_of(log.checkpoint(7))

    assert refused(witness, other_history.request(0, 7)) == (422, None)
    assert witness.announced(str(other_history.checkpoint(7)).encode()) is None
    assert len(records.evidence()) == 1


@pytest.mark.parametrize("note", ["", "no note", "of a stranger"])
def test_an_announcement_that_nobody_trusted_has_signed_says_nothing(
    witness: Witness, records: Records, log: SigningLog, note: str
) -> None:
    given = str(log.checkpoint(7, STRANGER)) if note == "of a stranger" else note
    assert witness.announced(given.encode()) is None
    assert records.tree(ORIGIN, 7) is None


def test_no_time_is_signed_before_the_last_one(witness: Witness, log: SigningLog, clock: Clock) -> None:
    times(witness, log, 0, 7)
    for behind, retry in ((3, 3), (3_600, None)):
        clock.now = 1_800_000_000 - behind
        with pytest.raises(NotCosigned) as found:
            witness.add_checkpoint(log.request(7, 9))
        assert (found.value.status, found.value.retry_seconds) == (HTTPStatus.SERVICE_UNAVAILABLE, retry)
    clock.now = 1_800_000_000
    assert times(witness, log, 7, 9) == [1_800_000_000]


def test_a_clock_without_a_time_signs_nothing(witness: Witness, log: SigningLog, clock: Clock) -> None:
    clock.now = 0
    assert refused(witness, log.request(0, 3)) == (503, None)


def test_a_log_may_change_its_key(witness: Witness, records: Records, log: SigningLog) -> None:
    new = SignerKey(ORIGIN, NOTE, bytes(range(9, 41)))
    times(witness, log, 0, 3)
    assert refused(witness, log.request(3, 4, new)) == (403, None)
    trust(records, new.verifier, ())
    witness.add_checkpoint(log.request(3, 4, log.key, new))
    assert records.distrust(log.key.verifier)
    witness.add_checkpoint(log.request(4, 5, new))
    assert refused(witness, log.request(5, 6)) == (403, None)


def test_the_key_for_statements_signs_no_checkpoint(witness: Witness, records: Records, log: SigningLog) -> None:
    trust(records, log.statement_key.verifier, ())
    assert refused(witness, log.request(0, 3, log.statement_key)) == (403, None)


def test_a_pinned_log_begins_from_its_pin(witness: Witness, records: Records, log: SigningLog) -> None:
    new = SignerKey(ORIGIN, NOTE, bytes(range(9, 41))).verifier
    trust(records, new, (), (5, log.tree.root_at(5)))
    assert refused(witness, log.request(0, 7)) == (409, 5)
    assert witness.last_cosigned("0" * 64) is None
    assert times(witness, log, 5, 7)
    with pytest.raises(WitnessRecordsUnusable, match="knows a tree"):
        trust(records, new, (), (5, log.tree.root_at(5)))


@pytest.mark.parametrize("key", [KEY.verifier, SignerKey("x.example/log", NOTE, KEY.seed).verifier])
def test_a_witness_trusts_no_witness_and_not_itself(records: Records, key: object) -> None:
    with pytest.raises(WitnessRecordsUnusable, match="not a key that a log signs with"):
        trust(records, key, (KEY,))  # type: ignore[arg-type]  # one of its keys


def test_monitors_get_the_last_note_with_both_signatures(witness: Witness, log: SigningLog, clock: Clock) -> None:
    times(witness, log, 0, 3)
    clock.now += 1
    line = witness.add_checkpoint(log.request(3, 7, STRANGER, log.key))
    found = witness.last_cosigned(sha256(ORIGIN.encode()).hexdigest())
    assert found == str(log.checkpoint(7).with_lines([line]))


@pytest.mark.parametrize("way", ["announced", "published", "asked"])
@pytest.mark.parametrize("later", [7, 12], ids=["the same tree at a later time", "a larger tree"])
def test_records_that_were_put_back_are_found_by_its_own_signature(
    tmp_path: Path, witness: Witness, records: Records, log: SigningLog, clock: Clock, way: str, later: int
) -> None:
    times(witness, log, 0, 7)
    records.copy_to(tmp_path / "copy.db")
    clock.now += 60
    cosigned = log.checkpoint(later).with_lines([witness.add_checkpoint(log.request(7, later))])
    with closing(Records(tmp_path / "copy.db", "ours")) as older:
        put_back = Witness(older, KEY, clock)
        if way == "announced":
            put_back.announced(str(cosigned).encode())
        elif way == "published":
            put_back.reminded(str(cosigned).encode())
        else:
            refused(put_back, bytes(AddCheckpoint(0, (), cosigned)))

        assert refused(put_back, log.request(7, 14)) == (503, None)
    with closing(Records(tmp_path / "copy.db", "ours")) as reopened:
        assert f"with {later} leaves, and does not remember it" in (reopened.put_back() or "")
        assert refused(Witness(reopened, KEY, clock), log.request(7, 14)) == (503, None)
    witness.reminded(str(cosigned).encode())
    assert records.put_back() is None


def test_a_line_that_only_looks_like_its_own_says_nothing(
    witness: Witness, records: Records, log: SigningLog, clock: Clock
) -> None:
    times(witness, log, 0, 7)
    line = witness.add_checkpoint(log.request(7, 9))
    forged = log.checkpoint(12).with_lines([line])
    witness.reminded(str(forged).encode())
    witness.reminded(b"no note")

    assert records.put_back() is None
    assert refused(witness, log.request(7, 12)) == (409, 9)


def test_records_never_go_back(witness: Witness, records: Records, log: SigningLog) -> None:
    times(witness, log, 0, 7)
    smaller = checkpoint_of(log.checkpoint(3))
    with pytest.raises(sqlite3.IntegrityError, match="does not go back"), records.changing():
        records.cosigned(smaller, None, 1_900_000_000)
    with pytest.raises(sqlite3.IntegrityError, match="does not forget"):
        records.db.execute("DELETE FROM states")
    state = records.state(ORIGIN)
    assert state is not None
    assert state.size == 7


def test_records_that_are_gone_or_anothers_are_refused(tmp_path: Path, records: Records) -> None:
    with pytest.raises(WitnessRecordsUnusable, match="another witness"):
        Records(tmp_path / "records.db", "theirs")
    with pytest.raises(WitnessRecordsUnusable, match="are gone"):
        Records(tmp_path / "none.db", "ours")
    (tmp_path / "damaged.db").write_bytes(b"no database" * 1_000)
    with pytest.raises(WitnessRecordsUnusable, match="cannot be read"):
        Records(tmp_path / "damaged.db", "ours")
