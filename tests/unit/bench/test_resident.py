"""The memory of a process, with those that it has started."""

import os
import subprocess
import sys

from bench.resident import resident_bytes, with_children_bytes


def test_those_that_it_has_started_count_for_as_long_as_they_are_there() -> None:
    alone = resident_bytes(os.getpid())
    assert with_children_bytes(os.getpid()) >= alone > 0
    waits = "import sys; print('there', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", waits], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        alone = resident_bytes(os.getpid())
        # Half of it, as the kernel counts the pages of whoever runs no more than about right.
        assert with_children_bytes(os.getpid()) - alone >= resident_bytes(child.pid) / 2
        child.communicate()
