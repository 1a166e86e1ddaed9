"""Whether this Cairn does what it is there for: what is submitted is recorded, and what is read is there and fresh."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass

from events.log.fitness import Fitness
from services.access.records.recorder import AccessRecorder, ReadingNotRecorded
from services.gateway.goals_health import GoalsHealthCheck, why_not_recording
from services.gateway.problems import RequestRefused
from services.gateway.projection_status import LOG_REPLACED, Standing, Status
from services.goals.health import Health


@dataclass(frozen=True, slots=True)
class StreamHealth:
    """How one stream of the log is doing. What cannot be found out now is None.

    Attributes:
        missing: How many events the log counts and does not hold any more.
        fit: Whether its settings keep for ever what it takes.
        replaced: Whether it is another log than the one that the projections or the goals service have read.
        answering: Whether a goals service answers for it.
        full: Whether it stored nothing lately for want of room.
    """

    missing: int | None
    fit: bool | None
    replaced: bool
    answering: bool
    full: bool | None


class Readiness:
    """Asks the log, the goals services, the database of the projections, and the stream of the records of readings.

    Args:
        records: What must be able to record readings; None where they are told without that.
    """

    def __init__(self, standing: Standing, goals: GoalsHealthCheck, records: AccessRecorder | None = None):
        self._standing = standing
        self._goals = goals
        self._records = records

    async def check(self, projections: Collection[str], most_seconds: float) -> None:
        """Whether these projections can be read and are fresh, and what is submitted is recorded.

        Args:
            most_seconds: For how long an event may wait for a projection.

        Raises:
            RequestRefused: 503 with what is wrong; what the log itself lacks comes first.
        """
        found = await asyncio.gather(
            self._fit(),
            self._standing.check(projections, most_seconds),
            self._recording(),
            self._recording_readings(),
            return_exceptions=True,
        )
        for refused in found:
            if refused is not None:
                raise refused

    async def goals(self) -> dict[str, Health | None]:
        """What the goals service of each stream of the log says; None where none answers."""
        return await self._goals.ask()

    async def streams(self, statuses: Collection[Status]) -> dict[str, StreamHealth]:
        """How each stream of the log is doing.

        Args:
            statuses: Of the projections, as :meth:`services.gateway.projection_status.Standing.statuses` gives them.
        """
        states, answers = await asyncio.gather(self._standing.states(), self._goals.ask())
        replaced = {each["stream"] for each in statuses if each["state"] == LOG_REPLACED}
        return {
            stream: _health(Fitness.of(stream, state) if state else None, answers[stream], replaced=stream in replaced)
            for stream, state in states.items()
        }

    async def _fit(self) -> None:
        for stream, state in (await self._standing.states()).items():
            if state is not None and (detail := Fitness.of(stream, state).detail):
                raise RequestRefused("log.unfit", detail)

    async def _recording(self) -> None:
        for stream, health in (await self._goals.ask()).items():
            if refused := why_not_recording(stream, health):
                raise refused

    async def _recording_readings(self) -> None:
        if self._records is None:
            return
        try:
            await self._records.check()
        except ReadingNotRecorded as error:
            raise RequestRefused("access.not_recorded", f"{error} So nothing about a patient is told.") from None


def _health(fitness: Fitness | None, answer: Health | None, *, replaced: bool) -> StreamHealth:
    return StreamHealth(
        missing=None if fitness is None else fitness.missing,
        fit=None if fitness is None else not fitness.settings,
        replaced=replaced or (answer is not None and answer.state == "replaced"),
        answering=answer is not None,
        full=None if answer is None else answer.state == "full",
    )
