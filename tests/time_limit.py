"""A test that waits for ever fails after some minutes, and says what it waits for; the others still run."""

import asyncio
import gc
import signal
import sys
import threading
import traceback
from collections.abc import Generator, Iterator
from types import AsyncGeneratorType, CoroutineType
from typing import Any

import pytest

_LIMIT_SECONDS = 240.0
"""For each of setting up, the test itself, and tearing down. The longest takes half a minute on two idle cores."""
_AGAIN_SECONDS = 5.0
"""What is raised within a callback of the event loop is only logged by it; so it is raised again."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Iterator[None]:
    yield from _limited()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Iterator[None]:
    yield from _limited()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Iterator[None]:
    yield from _limited()


def _limited() -> Generator[None]:
    signal.signal(signal.SIGALRM, _fail)
    signal.setitimer(signal.ITIMER_REAL, _LIMIT_SECONDS, _AGAIN_SECONDS)
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _fail(*_: object) -> None:
    pytest.fail("\n".join((f"This takes more than {_LIMIT_SECONDS:.0f} s.", *_threads(), *_tasks())))


def _threads() -> Iterator[str]:
    """Where the threads are, but for the main one, where the failure is raised."""
    frames = sys._current_frames()
    for thread in threading.enumerate():
        if thread is not threading.main_thread() and thread.ident in frames:
            yield f"\nThread {thread.name}:\n" + "".join(traceback.format_stack(frames[thread.ident]))


def _tasks() -> Iterator[str]:
    """What the tasks of the event loop wait for."""
    try:
        tasks = asyncio.all_tasks()
    except RuntimeError:  # no loop runs
        return
    for task in tasks:
        yield f"\nTask {task.get_name()}:\n" + "".join(_stack(task.get_coro()))


def _stack(waits: Any) -> Iterator[str]:  # Any: a coroutine, or whatever else may be waited for
    """Where a coroutine is, and those that it waits for; last what all of them wait for."""
    while waits is not None:
        if isinstance(waits, CoroutineType):
            frame, after = waits.cr_frame, waits.cr_await
        elif generator := next(
            (each for each in gc.get_referents(waits) if isinstance(each, AsyncGeneratorType)), None
        ):
            frame, after = generator.ag_frame, generator.ag_await  # of a fixture, or of what is behind `async with`
        else:
            yield f"  waits for {waits!r}\n"
            return
        yield from traceback.format_stack(frame, limit=1)
        waits = after
