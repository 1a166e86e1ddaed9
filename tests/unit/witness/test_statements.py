"""A statement of how many events there are is signed where the same was counted; where not, it is said why."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from events.transparency.keys import COSIGNATURE, NOTE, SignerKey
from events.transparency.notes import Note, signed, signers_of
from services.notary.statements import STATEMENTS
from services.witness.errors import StatementNotSigned, WitnessRecordsUnusable
from services.witness.event_count import EventCount, SeenEvent, Span, Taken, summary_of
from services.witness.records import Records
from services.witness.statements import StatementSigner
from services.witness.witnessing import Witness, trust
from tests.witnesses import SigningLog

KEY = SignerKey("witness.example/w1", COSIGNATURE, bytes(range(1, 33)))
STATEMENT_KEY = SignerKey(KEY.name + STATEMENTS, NOTE, bytes(range(4, 36)))
OWN = (
    SeenEvent(2, "p1", "plan", 0, is_heard=True),
    SeenEvent(3, "p1", "g1", 0, is_heard=True),
    SeenEvent(5, "p1", "g1", 3, is_heard=True),
    SeenEvent(8, "p2", "plan", 0, is_heard=True),
)


def clock() -> int:
    return 1_800_000_000


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    Records.make(tmp_path / "records.db", "ours")
    with closing(Records(tmp_path / "records.db", "ours")) as opened:
        yield opened


@pytest.fixture
def log(tmp_path: Path, records: Records) -> SigningLog:
    """A log of which the first ten positions are cosigned and announced."""
    log = SigningLog(tmp_path / "log")
    note = log.grow(10)
    for key in (log.key, log.statement_key):
        trust(records, key.verifier, ())
    witness = Witness(records, KEY, clock)
    witness.add_checkpoint(log.request(0, 10))
    witness.announced(str(note).encode())
    return log


@pytest.fixture
def count(records: Records) -> EventCount:
    return EventCount(records, "northside", clock())


@pytest.fixture
def signer(records: Records, count: EventCount, log: SigningLog) -> StatementSigner:
    return StatementSigner(records, count, STATEMENT_KEY, clock)


def code(signer: StatementSigner, note: Note) -> tuple[int, str]:
    with pytest.raises(StatementNotSigned) as refused:
        signer.add_statement(str(note).encode())
    return refused.value.status, refused.value.code


@pytest.mark.parametrize(
    ("scope", "positions"),
    [
        ("northside", [2, 3, 5, 8]),
        ("northside.p1", [2, 3, 5]),
        ("northside.p1.g1", [3, 5]),
        ("northside.p9", []),
    ],
)
def test_what_was_counted_is_signed(
    signer: StatementSigner, count: EventCount, log: SigningLog, scope: str, positions: list[int]
) -> None:
    count.take("CAIRN_LOG", OWN, [Span(1, 10)])
    note = log.statement(scope, 10, positions)

    line = signer.add_statement(str(note).encode())

    assert signers_of(Note(note.text, (line,)), [STATEMENT_KEY.verifier]) == [STATEMENT_KEY.verifier]


def test_a_statement_counts_up_to_its_size(signer: StatementSigner, count: EventCount, log: SigningLog) -> None:
    count.take("CAIRN_LOG", OWN, [Span(1, 10)])
    signer.add_statement(str(log.statement("northside", 4, [2, 3])).encode())


@pytest.mark.parametrize("positions", [[2, 3], [2, 3, 4], [2, 4, 5], [2, 3, 5, 9], []])
def test_another_count_is_refused_and_kept(
    signer: StatementSigner, count: EventCount, records: Records, log: SigningLog, positions: list[int]
) -> None:
    count.take("CAIRN_LOG", OWN, [Span(1, 10)])
    note = log.statement("northside.p1", 10, positions)
    assert code(signer, note) == (409, "statement.contradicted")
    assert [each.request for each in records.evidence()] == [str(note).encode()]


def test_who_has_missed_something_neither_confirms_nor_denies(
    signer: StatementSigner, count: EventCount, log: SigningLog
) -> None:
    count.take("CAIRN_LOG", OWN, [Span(1, 4), Span(6, 10)])
    assert code(signer, log.statement("northside", 10, [2, 3, 5, 8])) == (409, "statement.incomplete")
    assert code(signer, log.statement("northside", 10, [2, 3, 5, 6, 8])) == (409, "statement.incomplete")
    signer.add_statement(str(log.statement("northside.p2", 10, [8])).encode())  # its first event was heard


def test_fewer_events_than_were_heard_are_denied_also_by_who_has_missed_something(
    signer: StatementSigner, count: EventCount, log: SigningLog
) -> None:
    count.take("CAIRN_LOG", OWN, [Span(2, 5)])
    assert code(signer, log.statement("northside", 10, [2, 3, 5])) == (409, "statement.contradicted")


def test_what_lies_behind_the_last_thing_heard_is_not_known(
    signer: StatementSigner, count: EventCount, log: SigningLog
) -> None:
    count.take("CAIRN_LOG", OWN, [Span(1, 8)])
    assert code(signer, log.statement("northside", 9, [2, 3, 5, 8])) == (409, "statement.incomplete")
    count.take(None, [], [Span(9, 9)])
    signer.add_statement(str(log.statement("northside", 9, [2, 3, 5, 8])).encode())


def test_an_event_that_did_not_come_is_noticed_by_the_next_one_of_its_goal(
    signer: StatementSigner, count: EventCount, log: SigningLog
) -> None:
    missed = [each for each in OWN if each.position != 3]
    taken = count.take("CAIRN_LOG", missed, [Span(1, 10)])
    assert taken == Taken(None, is_missing=True)
    assert count.known_to() == 2
    assert code(signer, log.statement("northside", 10, [2, 5, 8])) == (409, "statement.incomplete")


def test_other_events_than_those_counted_end_it(signer: StatementSigner, count: EventCount, log: SigningLog) -> None:
    count.take("CAIRN_LOG", OWN, [Span(1, 10)])
    assert count.take("CAIRN_LOG", OWN, [Span(1, 10)]) == Taken(None, is_missing=False)
    assert count.take(None, [OWN[1]._replace(before=None)], []) == Taken(None, is_missing=False)

    assert count.take("CAIRN_LOG", [OWN[1]._replace(goal="g2")], []).contradiction is not None

    assert code(signer, log.statement("northside", 10, [2, 3, 5, 8])) == (409, "statement.other_history")


def test_another_stream_ends_it(count: EventCount) -> None:
    count.take("CAIRN_LOG", OWN, [])
    assert "CAIRN_LOG_2" in (count.take("CAIRN_LOG_2", [], []).contradiction or "")


def test_only_a_statement_that_is_signed_by_the_log_is_looked_at(
    signer: StatementSigner, records: Records, log: SigningLog, tmp_path: Path
) -> None:
    another = SigningLog(tmp_path / "another", "another.example/tlog/7f3k2m9q-1")
    assert code(signer, another.statement("northside", 1, [])) == (404, "statement.unknown_log")
    assert code(signer, log.statement("northside", 1, [], log.key)) == (403, "statement.untrusted")
    stranger = SignerKey(log.statement_key.name, NOTE, bytes(range(7, 39)))
    assert code(signer, log.statement("northside", 1, [], stranger)) == (403, "statement.untrusted")
    assert code(signer, signed(log.checkpoint(1).text, log.statement_key)) == (400, "statement.malformed")
    assert records.evidence() == []


def test_a_statement_of_another_organisation_or_of_a_tree_nobody_has_seen_is_not_signed(
    signer: StatementSigner, count: EventCount, log: SigningLog
) -> None:
    count.take("CAIRN_LOG", OWN, [Span(1, 20)])
    assert code(signer, log.statement("southside", 10, [])) == (404, "statement.not_counted")
    assert code(signer, log.statement("northside", 11, [2, 3, 5, 8])) == (409, "statement.unknown_tree")


def test_a_log_that_was_never_announced_to_the_organisation_is_not_counted(
    signer: StatementSigner, records: Records, tmp_path: Path
) -> None:
    another = SigningLog(tmp_path / "another", "another.example/tlog/7f3k2m9q-1")
    another.grow(10)
    for key in (another.key, another.statement_key):
        trust(records, key.verifier, ())
    Witness(records, KEY, clock).add_checkpoint(another.request(0, 10))
    assert code(signer, another.statement("northside", 10, [])) == (409, "statement.another_log")


def test_a_witness_without_an_organisation_signs_no_statement(records: Records, log: SigningLog) -> None:
    signer = StatementSigner(records, None, STATEMENT_KEY, clock)
    assert code(signer, log.statement("northside", 10, [])) == (404, "statement.not_counted")


def test_a_witness_counts_one_organisation(records: Records, count: EventCount) -> None:
    with pytest.raises(WitnessRecordsUnusable, match="counts the events of northside"):
        EventCount(records, "southside", clock())


def test_what_was_heard_and_what_was_told_are_kept_apart(records: Records, count: EventCount) -> None:
    count.take("CAIRN_LOG", [*OWN[:3], OWN[3]._replace(is_heard=False)], [Span(1, 2), Span(4, 8), Span(3, 3)])
    summary = summary_of(records)
    assert summary is not None
    assert (summary.org, summary.heard, summary.told, summary.spans) == ("northside", 3, 1, [Span(1, 8)])
