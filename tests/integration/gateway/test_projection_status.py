"""What a gateway says while projections are built, are behind, or cannot be asked."""

import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text, update

from events.log.stream import STREAM
from projections.catalog import NAMES, projection_named
from projections.engine.database import writing
from projections.engine.naming import Slot
from projections.engine.tables import STATUS
from services.embedded_server import EmbeddedServer
from services.gateway.models import ProjectionList
from tests.anew import make_anew
from tests.integration.gateway.alone import ORG, Alone, alone
from tests.waiting import eventually

GOALS = f"/v1/orgs/{ORG}/goals"


@pytest.fixture
async def here(own_server: EmbeddedServer, tmp_path: Path) -> AsyncIterator[Alone]:
    async with alone(own_server, tmp_path) as place:
        yield place


def problem(response: httpx.Response) -> tuple[int, str]:
    assert response.headers["retry-after"]
    return response.status_code, response.json()["code"]


async def test_before_anything_is_built_reads_say_so(here: Alone) -> None:
    await here.record("g1")
    async with here.gateway(wait_seconds=0.01) as client:
        read, ready = await client.get(GOALS), await client.get("/readyz")
        metrics, healthy = await client.get("/metrics"), await client.get("/healthz")

    assert problem(read) == (503, "projection.unavailable")
    assert read.json()["detail"] == "The projection goal_state has not been built yet. Try again."
    assert problem(ready) == (503, "projection.unavailable")
    assert metrics.status_code == healthy.status_code == 200


@pytest.mark.parametrize("query", [{}, {"min_position": 1}])
async def test_what_is_half_built_is_not_read_but_told_of(here: Alone, query: dict[str, int]) -> None:
    await here.record("g1", "g2")
    await here.build("audit_trail", "review_schedule")
    await here.build("goal_state", events=2)
    async with here.gateway(wait_seconds=0.01) as client:
        read, ready = await client.get(GOALS, params=query), await client.get("/readyz")
        status = (await client.get("/v1/projections")).json()["items"][0]
        metrics = (await client.get("/metrics")).text

    building = "The projection goal_state is being built and cannot be read yet: 25 % of the log is in it. Try again."
    for response in (read, ready):
        assert problem(response) == (503, "projection.unavailable")
        assert response.json()["detail"] == building
    assert (status["name"], status["state"], status["version"], status["position"]) == (
        *("goal_state", "building", None, 0),
    )
    assert status["building"] == {
        "version": projection_named("goal_state").version,
        "position": 2,
        "head": 8,
        "percent": 25,
        "rate": status["building"]["rate"],
        "quarantined": 0,
        "updated_at": status["building"]["updated_at"],
    }
    assert 'cairn_projection_building_position{projection="goal_state",stream="CAIRN_LOG"} 2.0' in metrics
    assert 'cairn_projection_building_position{projection="audit_trail"' not in metrics


async def test_tables_of_another_version_that_cannot_be_read_are_named(here: Alone) -> None:
    await here.record("g1")
    await here.build(newer=-1)
    with writing(here.engine) as connection:
        connection.execute(text("ALTER TABLE goal_state_goals DROP COLUMN diary"))
    await here.build("goal_state", events=1)
    async with here.gateway() as client:
        read = await client.get(GOALS)

    version = projection_named("goal_state").version
    assert problem(read) == (503, "projection.unavailable")
    assert read.json()["detail"] == (
        f"Version {version - 1} of the projection goal_state is live, and this reads version {version}, which is being"
        " built: 25 % of the log is in it. Try again."
    )


async def test_whole_it_is_read(here: Alone) -> None:
    position = await here.record("g1")
    await here.build()
    async with here.gateway() as client:
        read, ready = await client.get(GOALS, params={"min_position": position}), await client.get("/readyz")

    assert [each["goal"] for each in read.json()["items"]] == ["g1"]
    assert (ready.status_code, ready.json()) == (200, {"status": "ready"})


async def test_ready_is_who_is_not_further_behind_than_is_allowed(here: Alone) -> None:
    await here.record("g1")
    await here.build()
    await here.record("g2")
    await here.build("audit_trail", "review_schedule")
    async with here.gateway(ready_lag_seconds=60) as client:
        allowed = await client.get("/readyz")
    async with here.gateway(ready_lag_seconds=1e-9) as client:
        refused = await client.get("/readyz")

    assert allowed.status_code == 200
    assert problem(refused) == (503, "projection.behind")
    assert refused.json()["detail"].startswith("The projection goal_state is 4 events and ")


async def test_what_is_behind_is_read_on_while_a_new_version_is_seen_to_get_on(here: Alone) -> None:
    await here.record("g1")
    await here.build(newer=-1)
    await here.record("g2")
    await here.build("audit_trail", "review_schedule", newer=-1)
    await here.build("goal_state", events=2)
    async with here.gateway(ready_lag_seconds=1) as client:

        async def is_behind() -> bool:
            ready = await client.get("/readyz")
            return ready.status_code == 503 and ready.json()["code"] == "projection.behind"

        await eventually(is_behind)
        # The build gets on, by a clock that is a day behind: nobody goes by that.
        await here.build("goal_state", events=3)
        with writing(here.engine) as connection:
            built = update(STATUS).where(STATUS.c.slot == Slot.BUILDING)
            connection.execute(built.values(updated_at=datetime.now(UTC) - timedelta(days=1)))
        while_it_gets_on = await client.get("/readyz")
        with writing(here.engine) as connection:  # and by one that is a day ahead
            connection.execute(built.values(updated_at=datetime.now(UTC) + timedelta(days=1)))
        await eventually(is_behind)

    assert while_it_gets_on.status_code == 200


@pytest.mark.parametrize("shift", [timedelta(hours=1), timedelta(hours=-1)])
async def test_the_clock_of_this_machine_does_not_count(
    here: Alone, monkeypatch: pytest.MonkeyPatch, shift: timedelta
) -> None:
    class Shifted(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Shifted":
            return cls.fromtimestamp((datetime.now(UTC) + shift).timestamp(), tz)

    for name, module in list(sys.modules.items()):
        if name.startswith(("services.gateway", "events.log")) and getattr(module, "datetime", None) is datetime:
            monkeypatch.setattr(module, "datetime", Shifted)
    await here.record("g1")
    await here.build()
    await here.record("g2")
    async with here.gateway(ready_lag_seconds=600) as client:
        ready, found = await client.get("/readyz"), (await client.get("/v1/projections")).json()["items"]

    assert ready.status_code == 200
    assert all(0 < each["lag_seconds"] < 600 for each in found)


async def test_a_projection_that_has_come_further_than_the_log_is_never_ready(here: Alone) -> None:
    await here.record("g1", "g2")
    await here.build()
    await make_anew(here.nc)
    await here.record("g1")
    async with here.gateway() as client:
        ready, metrics = await client.get("/readyz"), (await client.get("/metrics")).text
        found = (await client.get("/v1/projections")).json()

    assert problem(ready) == (503, "log.replaced")
    assert "cairn log adopt" in ready.json()["detail"]
    ProjectionList.model_validate(found)
    assert [(each["state"], each["position"], each["head"], each["lag"]) for each in found["items"]] == [
        ("log_replaced", 8, 4, None)
    ] * len(NAMES)
    assert 'cairn_log_replaced{stream="CAIRN_LOG"} 1.0' in metrics
    assert "cairn_projection_lag_events{" not in metrics


async def test_a_projection_that_has_stopped_for_it_is_not_ready_also_where_the_log_has_come_as_far(
    here: Alone,
) -> None:
    await here.record("g1")
    await here.build()
    with writing(here.engine) as connection:
        connection.execute(update(STATUS).values(state="log_replaced"))
    async with here.gateway() as client:
        ready, found = await client.get("/readyz"), (await client.get("/v1/projections")).json()["items"]

    assert problem(ready) == (503, "log.replaced")
    assert [each["lag"] for each in found] == [None] * len(NAMES)


@pytest.mark.parametrize(
    ("goals", "code"),
    [(None, "goals.unavailable"), ("full", "log.full"), ("replaced", "log.replaced"), ("unfit", "log.unfit")],
)
async def test_while_nothing_is_recorded_nobody_is_ready(here: Alone, goals: str | None, code: str) -> None:
    await here.record("g1")
    await here.build()
    async with here.gateway(goals=goals) as client:
        ready, metrics = await client.get("/readyz"), (await client.get("/metrics")).text

    assert problem(ready) == (503, code)
    if goals is None:
        assert ready.json()["detail"].startswith("Submissions are not answered now")
    else:
        assert ready.json()["detail"].endswith("It says why.")
    assert f'cairn_goals_answering{{stream="CAIRN_LOG"}} {float(goals is not None)}' in metrics
    assert f'cairn_log_replaced{{stream="CAIRN_LOG"}} {float(goals == "replaced")}' in metrics
    assert (f'cairn_log_full{{stream="CAIRN_LOG"}} {float(goals == "full")}' in metrics) == (goals is not None)


async def test_a_stream_that_would_forget_is_seen_at_once_and_so_is_what_it_has_lost(here: Alone) -> None:
    await here.record("g1", "g2")
    await here.build()
    js = here.nc.jetstream()
    async with here.gateway() as client:
        before = (await client.get("/metrics")).text
        config = (await js.stream_info(STREAM)).config
        await js.update_stream(config, max_msgs=5, discard="old")
        ready, after = await client.get("/readyz"), (await client.get("/metrics")).text

    assert 'cairn_log_fit{stream="CAIRN_LOG"} 1.0' in before
    assert 'cairn_log_missing_events{stream="CAIRN_LOG"} 0.0' in before
    assert 'cairn_log_fit{stream="CAIRN_LOG"} 0.0' in after
    assert 'cairn_log_missing_events{stream="CAIRN_LOG"} 3.0' in after
    assert problem(ready) == (503, "log.unfit")
    assert "max_msgs" in ready.json()["detail"]


async def test_the_lag_is_that_of_the_first_event_that_waits(here: Alone) -> None:
    await here.record("g1")
    await here.build()
    await here.record("g2")
    first = (await here.messages())[4].recorded_at
    before = datetime.now(UTC)
    async with here.gateway() as client:
        found = (await client.get("/v1/projections")).json()["items"]
        metrics = (await client.get("/metrics")).text

    for each in found:
        assert (each["position"], each["head"], each["lag"]) == (4, 8, 4)
        assert (before - first).total_seconds() - 0.001 <= each["lag_seconds"] < 30
        labels = f'{{projection="{each["name"]}",stream="CAIRN_LOG"}}'
        assert f"cairn_projection_position{labels} 4.0" in metrics
        assert f"cairn_projection_lag_events{labels} 4.0" in metrics
        assert f"cairn_projection_quarantined_events{labels} 0.0" in metrics
        assert f"cairn_projection_lag_seconds{labels}" in metrics
        assert f"cairn_projection_events_per_second{labels}" in metrics
    assert 'cairn_log_position{stream="CAIRN_LOG"} 8.0' in metrics
    assert ORG not in metrics


async def test_without_the_log_nobody_is_ready_and_how_long_is_unknown(here: Alone, own_server: EmbeddedServer) -> None:
    await here.record("g1")
    await here.build()
    async with here.gateway(access_records="best_effort") as client:
        await own_server.stop()
        ready, read = await client.get("/readyz"), await client.get(GOALS)
        found = (await client.get("/v1/projections")).json()["items"]

    assert problem(ready) == (503, "log.unavailable")
    assert read.status_code == 200
    assert [(each["name"], each["position"], each["lag_seconds"]) for each in found] == [
        (name, 4, None) for name in NAMES
    ]
