"""Signing statements of how many events there are of somebody: Cairn's own addition to what a witness does.

A proof of inclusion says nothing of what was left out. The operator states how many events there are; a witness that
counted the organisation's events itself signs the same words where it counted the same, and says why where it did not.
"""

import logging
from collections.abc import Callable
from http import HTTPStatus

from events.transparency.keys import SignerKey
from events.transparency.notes import Note, SignatureLine, parse_note, signed, signers_of
from events.transparency.refusals import NotProven
from services.notary.statements import STATEMENTS, Statement, parse_statement
from services.witness.errors import StatementNotSigned
from services.witness.event_count import EventCount
from services.witness.records import Evidence, Records

_log = logging.getLogger("cairn.witness")


class StatementSigner:
    """Signs what the operator states, where it is what was counted. A thread at a time uses it.

    Args:
        count: The events that were counted; None for a witness that counts nobody's.
        key: The key for statements.
        clock: The time, in whole seconds since 1970.
    """

    def __init__(self, records: Records, count: EventCount | None, key: SignerKey, clock: Callable[[], int]):
        self._records = records
        self._count = count
        self._key = key
        self._clock = clock

    def add_statement(self, body: bytes) -> SignatureLine:
        """The signature of a statement.

        Raises:
            StatementNotSigned: there is none; it says why.
        """
        try:
            note = parse_note(body)
            statement = parse_statement(note.text)
        except NotProven as refused:
            raise StatementNotSigned(
                HTTPStatus.BAD_REQUEST, "statement.malformed", f"The statement cannot be read: {refused}."
            ) from None
        self._check_signed(note, statement)
        self._check_counted(note, statement)
        return signed(note.text, self._key).signatures[0]

    def _check_signed(self, note: Note, statement: Statement) -> None:
        keys = self._records.trusted(statement.origin + STATEMENTS)
        if not keys:
            raise StatementNotSigned(
                HTTPStatus.NOT_FOUND,
                "statement.unknown_log",
                "This witness is told to trust no key for statements of this log: cairn witness trust VKEY.",
            )
        try:
            is_signed = bool(signers_of(note, keys))
        except NotProven:
            is_signed = False
        if not is_signed:
            raise StatementNotSigned(
                HTTPStatus.FORBIDDEN,
                "statement.untrusted",
                "The statement is not signed by a key for statements that this witness trusts.",
            )

    def _check_counted(self, note: Note, statement: Statement) -> None:
        count = self._count
        if count is None or statement.scope.split(".")[0] != count.org:
            raise StatementNotSigned(
                HTTPStatus.NOT_FOUND,
                "statement.not_counted",
                "This witness does not count events of this organisation.",
            )
        self._check_tree(statement)
        if (contradiction := count.contradiction()) is not None:
            raise StatementNotSigned(
                HTTPStatus.CONFLICT,
                "statement.other_history",
                f"The log holds other events than those that this witness counted. {contradiction}",
            )
        counted, is_complete = count.of(statement.scope, statement.size)
        found = (counted.count, counted.last, counted.digest)
        if is_complete and found == (statement.count, statement.last, statement.positions):
            return
        if is_complete or statement.count < counted.count or statement.last < counted.last:
            reason = (
                f"This witness counted {counted.count} events up to position {counted.last}, and the statement says"
                f" {statement.count} up to {statement.last}."
            )
            with self._records.changing():
                kept = Evidence(statement.origin, self._clock(), reason, str(note).encode(), None)
                self._records.keep_evidence(kept, note.text)
            _log.error(
                "A statement of %s is not what was counted. It is kept as evidence. %s", statement.origin, reason
            )
            raise StatementNotSigned(HTTPStatus.CONFLICT, "statement.contradicted", reason)
        raise StatementNotSigned(
            HTTPStatus.CONFLICT,
            "statement.incomplete",
            "This witness does not know of all events up to there, so it can neither confirm nor deny the statement.",
        )

    def _check_tree(self, statement: Statement) -> None:
        """The tree of the statement has to be one that was announced as the organisation's, and that was cosigned."""
        state = self._records.state(statement.origin)
        if self._records.fork(statement.origin) is not None:
            raise StatementNotSigned(
                HTTPStatus.CONFLICT, "statement.other_history", "The log of the statement has signed two histories."
            )
        if not self._records.is_announced(statement.origin):
            raise StatementNotSigned(
                HTTPStatus.CONFLICT,
                "statement.another_log",
                "The log of the statement was never announced as the one that the organisation's events are in.",
            )
        if state is None or state.size < statement.size:
            raise StatementNotSigned(
                HTTPStatus.CONFLICT, "statement.unknown_tree", "This witness has not cosigned so large a tree yet."
            )
