"""The one thread in which the records of a witness are read and written, so that nothing waits for the disk."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


class RecordsThread:
    """Does one thing after another, also what somebody has stopped waiting for."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="records")

    async def run(self, work: Callable[[], Result]) -> Result:
        """Do something with the records."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    def close(self) -> None:
        """Wait for what is being done, and end."""
        self._executor.shutdown()
