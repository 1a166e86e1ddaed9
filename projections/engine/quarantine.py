"""Quarantine: the events that a projection could not take in. They are written down, and never skipped in silence.

After its first such event a goal is quarantined: its later events go to quarantine too, so that no row is ever built on
a gap. The events of all other goals are taken in as usual.
"""

import traceback
from collections.abc import Collection, Iterable, Sequence
from pathlib import PurePath
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, func, insert, select, tuple_

from events.errors import CairnError
from events.identity import LOG, GoalId, goal_id_of
from projections.engine.checkpoint import CheckpointKey, belongs_to
from projections.engine.naming import Slot
from projections.engine.statements import fetch
from projections.engine.tables import QUARANTINE

MOST_GOALS_NAMED = 100
"""The most quarantined goals of an organisation that a read names."""


class Quarantined(NamedTuple):
    """An event in quarantine. `reason` holds no text that a patient wrote."""

    position: int
    subject: str
    reason: str


class GoalQuarantine(NamedTuple):
    """Where a goal is quarantined, and why.

    Attributes:
        position: Of the first event that could not be taken.
        reason: What went wrong; it holds no text that a patient wrote.
    """

    position: int
    reason: str

    def at(self, version: int) -> dict[str, object]:
        """As reads tell it, of a goal that they show at this version."""
        return {"version": version, **self._asdict()}


class GoalIsQuarantined(CairnError):
    """A goal of which nothing can be read, because its very first event could not be taken in.

    Attributes:
        goal_id: The goal, or plan.
        quarantined: Since which event, and why.
    """

    def __init__(self, goal_id: GoalId, quarantined: GoalQuarantine):
        super().__init__(
            f"{goal_id} is in the log, but its event at position {quarantined.position} could not be taken in here"
            f" ({quarantined.reason}), so nothing of it can be read."
            " Once the cause is mended: cairn projections quarantine retry."
        )
        self.goal_id = goal_id
        self.quarantined = quarantined


def quarantine(connection: Connection, key: CheckpointKey, events: Sequence[Quarantined]) -> None:
    """Write events down in the transaction that moves the checkpoint past them."""
    if events:
        connection.execute(insert(QUARANTINE), [{**key._asdict(), **event._asdict()} for event in events])


def leave_quarantine(connection: Connection, key: CheckpointKey, subjects: Collection[str]) -> None:
    """Take everything of some goals out of quarantine, in the transaction that takes it in or writes it down anew."""
    if subjects:
        condition = QUARANTINE.c.subject.in_(sorted(subjects))
        connection.execute(delete(QUARANTINE).where(belongs_to(QUARANTINE, key), condition))


def quarantined_subjects(connection: Connection, key: CheckpointKey) -> dict[str, int]:
    """The subjects of the quarantined goals, each with the position of its first event in quarantine."""
    first = func.min(QUARANTINE.c.position).label("first")
    condition = belongs_to(QUARANTINE, key)
    rows = connection.execute(select(QUARANTINE.c.subject, first).where(condition).group_by(QUARANTINE.c.subject))
    return {row.subject: row.first for row in rows}


def quarantined_goals(
    connection: Connection, projection: str, goal_ids: Iterable[GoalId]
) -> dict[GoalId, GoalQuarantine]:
    """Those of some goals (and plans) that are quarantined in the live tables. Cheap while nothing is in quarantine.

    On PostgreSQL a reader calls this after it has read the goals themselves: the tables that it has read stay live
    until its transaction ends.
    """
    if not anything_in_quarantine(connection, projection):
        return {}
    subjects = {goal_id.on(LOG): goal_id for goal_id in goal_ids}
    found = _first_in_quarantine(connection, projection, QUARANTINE.c.subject.in_(sorted(subjects)))
    return {subjects[subject]: quarantined for subject, quarantined in found.items()}


def quarantined_in_org(
    connection: Connection, projection: str, org: str, patient: str | None = None
) -> dict[GoalId, GoalQuarantine]:
    """The goals (and plans) of an organisation or patient that are quarantined in live tables; a hundred at most."""
    if not anything_in_quarantine(connection, projection):
        return {}
    of = f"{LOG}.{org}." if patient is None else f"{LOG}.{org}.{patient}."
    # To SQLite's LIKE, which finds them quickly, small and capital letters are alike.
    condition = and_(
        QUARANTINE.c.subject.startswith(of, autoescape=True), func.substr(QUARANTINE.c.subject, 1, len(of)) == of
    )
    found = _first_in_quarantine(connection, projection, condition, most=MOST_GOALS_NAMED)
    return {goal_id_of(subject): quarantined for subject, quarantined in found.items()}


def anything_in_quarantine(connection: Connection, projection: str) -> bool:
    """Whether live tables are without any event at all; usually they are not, and then nothing else is to be asked."""
    return bool(fetch(connection, _ANYTHING, {"projection": projection}))


def refuse_if_quarantined(connection: Connection, projection: str, goal_id: GoalId) -> None:
    """Tell a goal that is quarantined from one that does not exist, when nothing of it was found in the tables.

    Raises:
        GoalIsQuarantined: it is in the log, and quarantined from its first event on.
    """
    quarantined = quarantined_goals(connection, projection, [goal_id]).get(goal_id)
    if quarantined is not None:
        raise GoalIsQuarantined(goal_id, quarantined)


def _first_in_quarantine(
    connection: Connection, projection: str, which: ColumnElement[bool], most: int | None = None
) -> dict[str, GoalQuarantine]:
    live = (QUARANTINE.c.projection == projection, QUARANTINE.c.slot == Slot.LIVE)
    first = func.min(QUARANTINE.c.position)
    begun = (
        select(QUARANTINE.c.subject, first)
        .where(*live, which)
        .group_by(QUARANTINE.c.subject)
        .order_by(first)
        .limit(most)
    )
    firsts = [tuple(row) for row in connection.execute(begun)]
    if not firsts:
        return {}
    columns = (QUARANTINE.c.subject, QUARANTINE.c.position)
    rows = connection.execute(select(*columns, QUARANTINE.c.reason).where(*live, tuple_(*columns).in_(firsts)))
    quarantined = {row.subject: GoalQuarantine(row.position, row.reason) for row in rows}
    return {subject: quarantined[subject] for subject, _ in firsts}


_ANYTHING = (
    select(QUARANTINE.c.position)
    .where(QUARANTINE.c.projection == bindparam("projection"), QUARANTINE.c.slot == Slot.LIVE)
    .limit(1)
)


def behind_quarantined(position: int, subject: str, since: int) -> Quarantined:
    """An event of a goal that is in quarantine since an earlier one."""
    return Quarantined(position, subject, f"quarantined since position {since}")


def reason_of(error: Exception) -> str:
    """What went wrong and where in the code. The message is left out: it may repeat what a patient wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" in {PurePath(frames[-1].filename).name}, {frames[-1].name}, line {frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"
