"""What the environment says, and what the streams are like that come of it."""

from collections.abc import Callable

import pytest
from eventsourcing.persistence import OperationalError, ProgrammingError
from eventsourcing.utils import Environment
from nats.aio.client import Client
from nats.js.api import StreamConfig
from nats.js.errors import APIError

from events.log.persistence import NATSFactory
from services.embedded_server import free_port
from tests.contract.log.persistence.stored import stored

Make = Callable[..., NATSFactory]


@pytest.fixture
def make(environment: Environment, request: pytest.FixtureRequest) -> Make:
    """A factory of the application “goals”, with some variables set otherwise."""

    def of(**variables: str) -> NATSFactory:
        factory = NATSFactory(Environment("goals", {**environment, **variables}))
        request.addfinalizer(factory.close)
        return factory

    return of


async def test_events_are_kept_for_ever(make: Make, nc: Client, environment: Environment) -> None:
    make().application_recorder().insert_events(stored("walk", 1))
    prefix = environment["NATS_STREAM"]

    stream = await nc.jetstream().stream_info(f"{prefix}_goals_events")
    assert stream.config.subjects == [f"{prefix}.goals.events.*", f"{prefix}.goals.processed.*"]
    assert (stream.config.allow_atomic, stream.config.allow_direct) == (True, True)
    with pytest.raises(APIError):
        await nc.jetstream().delete_msg(f"{prefix}_goals_events", 1)
    with pytest.raises(APIError):
        await nc.jetstream().purge_stream(f"{prefix}_goals_events")


async def test_snapshots_may_be_deleted_and_taken_again(make: Make, nc: Client, environment: Environment) -> None:
    snapshots = make().aggregate_recorder(purpose="snapshots")
    snapshots.insert_events(stored("walk", 4))
    snapshots.insert_events(stored("walk", 7))

    assert await nc.jetstream().purge_stream(f"{environment['NATS_STREAM']}_goals_snapshots")

    assert not snapshots.select_events("walk")
    snapshots.insert_events(stored("walk", 7))
    assert snapshots.select_events("walk") == stored("walk", 7)


async def test_a_stream_that_forgets_is_not_taken_for_events(make: Make, nc: Client, environment: Environment) -> None:
    prefix = environment["NATS_STREAM"]
    subjects = [f"{prefix}.goals.events.*", f"{prefix}.goals.processed.*"]
    forgetful = StreamConfig(f"{prefix}_goals_events", subjects=subjects, allow_direct=True, max_msgs_per_subject=1)
    await nc.jetstream().add_stream(forgetful)

    with pytest.raises(ProgrammingError, match="discard, deny_delete, deny_purge, max_msgs_per_subject, allow_atomic"):
        make().application_recorder()


def test_streams_are_made_only_where_that_is_wanted(make: Make) -> None:
    with pytest.raises(ProgrammingError, match="no stream"):
        make(CREATE_TABLE="no").application_recorder()

    make().application_recorder()
    make(CREATE_TABLE="no").application_recorder()


def test_streams_of_the_module_itself_are_not_for_aggregates(make: Make) -> None:
    with pytest.raises(ProgrammingError):
        make().aggregate_recorder(purpose="tracking")


def test_the_name_of_the_application_may_be_in_front(make: Make) -> None:
    recorder = make(NATS_STREAM="not used", GOALS_NATS_STREAM=f"used{free_port()}").application_recorder()

    assert recorder.max_notification_id() is None


@pytest.mark.parametrize(
    "variables",
    [{"NATS_STREAM": "a b"}, {"NATS_REPLICAS": "three"}, {"NATS_ACK_SECONDS": "soon"}, {"CREATE_TABLE": "maybe"}],
    ids=str,
)
def test_what_makes_no_sense_is_refused_at_once(make: Make, variables: dict[str, str]) -> None:
    with pytest.raises(OSError, match=next(iter(variables))):
        make(**variables)


def test_no_server_is_an_operational_error(make: Make) -> None:
    with pytest.raises(OperationalError, match="No NATS server answers"):
        make(NATS_URL=f"nats://127.0.0.1:{free_port()}").application_recorder()
