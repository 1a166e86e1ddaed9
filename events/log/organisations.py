"""Which organisations have something in a stream of the log: the server counts its subjects."""

from events.identity import LOG, PLAN, goal_id_of
from events.log.client.jetstream_api import ApiRefused, ApiUnanswered, ask_api
from events.log.client.resilient import ResilientClient
from events.log.failures import LogUnreachable


async def organisations_in(nc: ResilientClient, stream: str) -> list[str]:
    """The organisations of the patients who have a plan in a stream, in order; every patient has one.

    Raises:
        LogUnreachable: the log does not answer.
    """
    found: set[str] = set()
    seen = 0
    while True:
        request = {"subjects_filter": f"{LOG}.*.*.{PLAN}", "offset": seen}
        try:
            answer = await ask_api(nc, f"STREAM.INFO.{stream}", request, api=nc.api_of(stream))
        except (ApiRefused, ApiUnanswered) as error:
            raise LogUnreachable("The log does not answer.") from error
        subjects = answer["state"].get("subjects") or {}
        found |= {goal_id_of(subject).org for subject in subjects}
        seen += len(subjects)
        if not subjects or seen >= answer.get("total", 0):
            return sorted(found)
