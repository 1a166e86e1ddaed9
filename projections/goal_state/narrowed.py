"""Tables narrowed to some keys, for statements that are put together once and asked again and again.

SQLAlchemy takes longer to put a statement together than a database to answer it.
"""

from collections.abc import Iterable
from functools import cache

from pydantic_core import to_json
from sqlalchemy import FromClause, Table, Text, and_, bindparam, literal_column

from events.identity import GoalId
from projections.engine.wanted import json_elements, json_item

PATIENT, GOAL = GoalId._fields[:2], GoalId._fields


@cache
def narrowed(table: Table, names: tuple[str, ...]) -> FromClause:
    """A table, narrowed to the values of some of its columns that :func:`wanted` names.

    Args:
        names: :data:`PATIENT` or :data:`GOAL`.
    """
    keys = json_elements(bindparam("wanted", type_=Text)).table_valued("value", name="wanted")
    told = [json_item(keys.c.value, literal_column(str(place))) for place in range(len(names))]
    return keys.join(table, and_(*(table.c[name] == its for name, its in zip(names, told, strict=True))))


def wanted(goal_ids: Iterable[GoalId], names: tuple[str, ...]) -> dict[str, str]:
    """The parameter of a statement about a :func:`narrowed` table."""
    return {"wanted": to_json([goal_id[: len(names)] for goal_id in goal_ids]).decode()}
