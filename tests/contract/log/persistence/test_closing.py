"""A factory's thread and connection end when it is closed, or forgotten, and with the server or without."""

import gc
import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from threading import Thread, enumerate

import pytest
from eventsourcing.persistence import IntegrityError, InterfaceError, OperationalError
from eventsourcing.utils import Environment

from events.log.persistence import NATSApplicationRecorder, NATSFactory
from services.embedded_server import EmbeddedServer
from tests.contract.log.persistence.stored import stored, versions_of
from tests.waiting import eventually


def threads_of(name: str) -> list[Thread]:
    """The threads of factories of an application; the name tells them from other tests'."""
    return [thread for thread in enumerate() if thread.name == f"eventsourcing {name}"]


def test_a_closed_factory_leaves_no_thread_and_its_recorders_say_so(environment: Environment) -> None:
    factory = NATSFactory(Environment("closed", environment))
    recorder = factory.application_recorder()
    assert len(threads_of("closed")) == 1

    factory.close()
    factory.close()

    assert not threads_of("closed")
    for use in (
        lambda: recorder.insert_events(stored("walk", 1)),
        lambda: recorder.select_events("walk"),
        lambda: next(recorder.subscribe()),
        factory.application_recorder,
    ):
        with pytest.raises(InterfaceError):
            use()


def test_a_factory_that_made_nothing_has_nothing_to_close(environment: Environment) -> None:
    factory = NATSFactory(Environment("idle", environment))
    assert not threads_of("idle")
    factory.close()


def test_a_forgotten_factory_ends_by_itself(environment: Environment) -> None:
    recorder = NATSFactory(Environment("forgotten", environment)).application_recorder()
    recorder.insert_events(stored("walk", 1))
    [thread] = threads_of("forgotten")

    del recorder
    gc.collect()
    thread.join(timeout=60)

    assert not thread.is_alive()


LEFT_OPEN = """
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate
application = Application()
application.save(Aggregate())
subscription = application.recorder.subscribe()
next(subscription)
recorders = [application.factory.application_recorder()]
"""


def test_a_program_that_closes_nothing_ends_in_silence() -> None:
    ended = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", LEFT_OPEN],
        cwd=Path(__file__).parents[4],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )

    # In this mode asyncio also tells of each step that took a while, as on a machine that is busy.
    said = [line for line in ended.stderr.splitlines() if not re.match(r"Executing <.* took [\d.]+ seconds$", line)]
    assert (ended.returncode, said) == (0, [])


def is_stored(recorder: NATSApplicationRecorder) -> bool:
    try:
        recorder.insert_events(stored("walk", 2))
    except OperationalError:
        return False
    except IntegrityError:  # by the attempt before, whose acknowledgement came too late
        return True
    return True


async def test_a_server_that_goes_away_and_comes_back(environment: Environment, tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path, sync_always=False)
    await server.start()
    variables = {**environment, "NATS_URL": server.url}
    with closing(NATSFactory(Environment(env=variables))) as factory:
        recorder = factory.application_recorder()
        recorder.insert_events(stored("walk", 1))

        await server.stop()
        with pytest.raises(OperationalError):
            recorder.insert_events(stored("walk", 2))

        await server.start()
        await eventually(lambda: is_stored(recorder))
        assert versions_of(recorder.select_events("walk")) == [1, 2]
    await server.stop()
