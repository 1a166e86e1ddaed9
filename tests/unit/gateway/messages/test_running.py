"""What is described of FastStream's subscribers and publishers is what services run."""

import ast
from collections.abc import Iterator
from pathlib import Path

import events
from services.gateway.messages import running
from services.gateway.messages.channels import CHANNELS
from services.messaging.broker import Broker

HOUSE = Path(events.__file__).parents[1]


def registering(tree: ast.Module) -> Iterator[str]:
    """The functions that register something on a broker that they are given."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            arguments = [each.annotation for each in node.args.args]
            if any(isinstance(each, ast.Name) and each.id == Broker.__name__ for each in arguments):
                yield node.name


def test_whatever_a_service_registers_is_registered_to_be_described() -> None:
    registered = {
        name: path
        for path in (HOUSE / "services").rglob("*.py")
        if path.name != "running.py"
        for name in registering(ast.parse(path.read_text()))
    }
    described = ast.parse(Path(running.__file__).read_text())
    called = {
        node.func.id for node in ast.walk(described) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }

    assert {"answer_requests", "hear_intake", "notices_publisher"} <= registered.keys()
    # What servers ask the auth callout is no subject of Cairn's.
    assert registered.keys() - called == {"hear_questions"}


def test_each_is_in_the_table_once_with_its_own_subject_and_queue() -> None:
    found = running.running(running.broker_of_all())

    assert [channel.name for channel in CHANNELS if channel.is_running] == [
        each.name for each in CHANNELS if each.name in found
    ]
    assert {each.name for each in CHANNELS if each.is_running} == found.keys()
    for channel in CHANNELS:
        if channel.is_running:
            runs = found[channel.name]
            assert (channel.address, channel.queue, channel.stream) == (runs.address, runs.queue, runs.stream)
    assert found["notary"].queue == "notary"
    assert found["notice"].stream == "CAIRN_NOTICES"
    assert found["submit"].address == "cairn.submit.{org}.{patient}.{goal}"
