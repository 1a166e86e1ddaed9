"""Work that a projection's thread does for the event loop."""

import asyncio
import gc
import threading
import weakref
from collections.abc import Iterator
from threading import Event

import pytest

from projections.engine.thread import DatabaseThread


@pytest.fixture
def thread() -> Iterator[DatabaseThread]:
    thread = DatabaseThread("test")
    yield thread
    thread.close()


async def test_it_gives_what_the_work_gives(thread: DatabaseThread) -> None:
    assert await thread.do(max, 1, 3) == 3
    assert await thread.do(sorted, [1, 3], reverse=True) == [3, 1]


async def test_what_goes_wrong_reaches_whoever_waits_and_the_next_work_is_done(thread: DatabaseThread) -> None:
    with pytest.raises(ZeroDivisionError):
        await thread.do(divmod, 1, 0)
    assert await thread.do(divmod, 3, 2) == (1, 1)


async def test_it_does_one_thing_after_another_in_a_thread_of_its_name(thread: DatabaseThread) -> None:
    done: list[int] = []
    await asyncio.gather(*(thread.do(done.append, number) for number in range(100)))
    assert done == list(range(100))
    assert (await thread.do(threading.current_thread)).name == "test"


async def test_cancelled_again_and_again_it_waits_until_what_has_begun_is_done(thread: DatabaseThread) -> None:
    begun, go_on = Event(), Event()

    def work() -> None:
        begun.set()
        go_on.wait(10)

    waiting = asyncio.create_task(thread.do(work))
    await asyncio.to_thread(begun.wait)
    for _ in range(3):
        waiting.cancel()
        await asyncio.sleep(0.01)
        assert not waiting.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_an_error_that_comes_after_it_was_cancelled_is_nobodys(thread: DatabaseThread) -> None:
    go_on, said = Event(), list[object]()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: said.append(context))

    def work() -> None:
        go_on.wait(10)
        raise ZeroDivisionError

    waiting = asyncio.create_task(thread.do(work))
    await asyncio.sleep(0)
    waiting.cancel()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    del waiting
    gc.collect()
    assert not said


async def test_it_lets_go_of_what_the_work_was_about(thread: DatabaseThread) -> None:
    class Batch:
        """Something large."""

    batch = Batch()
    alive = weakref.ref(batch)
    await thread.do(id, batch)
    del batch
    await thread.do(int)
    assert alive() is None


async def test_closed_it_has_done_what_it_was_given_and_takes_no_more() -> None:
    thread = DatabaseThread("test")
    done: list[int] = []
    waiting = asyncio.create_task(thread.do(done.append, 1))
    await asyncio.sleep(0)
    thread.close()
    assert done == [1]
    await waiting
    with pytest.raises(RuntimeError):
        await thread.do(int)
