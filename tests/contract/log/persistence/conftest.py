"""The environment that the library reads, and recorders by themselves."""

import os
from collections.abc import Iterator
from contextlib import closing
from itertools import count

import pytest
from eventsourcing.utils import Environment

from events.log.persistence import NATSApplicationRecorder, NATSFactory

_prefixes = count(1)


@pytest.fixture(autouse=True)
def environment(nats_url: str, monkeypatch: pytest.MonkeyPatch) -> Environment:
    """What an operator sets, with streams that no other test knows."""
    variables = {
        "PERSISTENCE_MODULE": "events.log.persistence",
        "NATS_URL": nats_url,
        "NATS_STREAM": f"test{os.getpid()}-{next(_prefixes)}",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return Environment(env=variables)


@pytest.fixture
def factory(environment: Environment) -> Iterator[NATSFactory]:
    with closing(NATSFactory(environment)) as factory:
        yield factory


@pytest.fixture
def recorder(factory: NATSFactory) -> NATSApplicationRecorder:
    return factory.application_recorder()
