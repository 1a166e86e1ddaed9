"""Python's search for cycles of objects, which costs a quarter of the time in the middle of a rebuild."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Put off Python's search for cycles until a batch is done: it has none, and by then most of it is gone again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
