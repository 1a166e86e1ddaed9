"""Comparing the live projections with what the log leads to now: each is built anew beside the live one."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from services.cli.comparison import rebuilt_as_json
from services.cli.printing import Json
from services.cli.rebuild import build_beside, drop_build

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from projections.engine.projection import Projection
    from services.cli.comparison import Rebuilt


@dataclass(frozen=True, slots=True)
class ProjectionAudit:
    """What comparing a projection with a rebuild has found.

    Attributes:
        name: Of the projection.
        rebuilt: The comparison; None where it could not be made.
        wrong: What is wrong, in a sentence; None where nothing is.
        unknown: Why it could not be found out, in a sentence; None where it could.
    """

    name: str
    rebuilt: "Rebuilt | None" = None
    wrong: str | None = None
    unknown: str | None = None

    @property
    def as_json(self) -> Json:
        """What was found, ready for JSON."""
        return {
            "projection": self.name,
            "wrong": self.wrong,
            "unknown": self.unknown,
            "comparison": rebuilt_as_json(self.name, self.rebuilt) if self.rebuilt else None,
        }


async def audit_projections(engine: "Engine", nats_url: str | None) -> "list[ProjectionAudit]":
    """Build every projection that is live anew, and compare; what was built for that is dropped again."""
    from projections.catalog import every_name, projection_named
    from projections.engine.builds import build_at
    from projections.engine.database import reading
    from projections.engine.naming import Slot

    found = []
    for name in every_name():
        with reading(engine) as connection:
            live = build_at(connection, name, Slot.LIVE)
            building = build_at(connection, name, Slot.BUILDING)
        if live is None:
            continue
        if building is not None:
            unknown = (
                f"{name} is being built anew, or was when that was interrupted:"
                f" `cairn projections rebuild {name}` completes it."
            )
            found.append(ProjectionAudit(name, unknown=unknown))
            continue
        found.append(await _audit(engine, projection_named(name), nats_url))
    return found


async def _audit(
    engine: "Engine",
    projection: "Projection[Any]",  # what it remembers is of no concern here
    nats_url: str | None,
) -> ProjectionAudit:
    from events.log import LogUnreachable
    from events.log.anchor import LogReplaced
    from projections.engine.rebuilding import RebuildBroken

    done: list[Rebuilt] = []
    try:
        await build_beside(engine, projection, nats_url, swap=False, done=done)
    except (LogReplaced, LogUnreachable, RebuildBroken) as error:
        return ProjectionAudit(projection.name, unknown=f"{projection.name} could not be built anew. {error}")
    finally:
        drop_build(engine, projection.name, "building")
    [rebuilt] = done
    wrong, unknown = _judged(projection.name, projection.version, rebuilt)
    return ProjectionAudit(projection.name, rebuilt, wrong, unknown)


def _judged(name: str, version: int, rebuilt: "Rebuilt") -> tuple[str | None, str | None]:
    """What is wrong, and what could not be found out."""
    found = rebuilt.comparison
    if found.of_another_log:
        return f"The tables of {name} are of another log than the one there is now.", None
    if found.live is None or found.live.version != version:
        return None, f"The live tables of {name} are of another version of Cairn than this one."
    if found.same:
        return None, None
    if found.live_positions != found.next_positions:
        return None, f"The live tables of {name} do not keep up with the log, so rows differ for that alone."
    different = [table for table in found.tables if table.different]
    rows = ", ".join(f"{table.different:,} of {table.table}" for table in different)
    return f"The tables of {name} have rows that do not follow from the log: {rows}.", None
