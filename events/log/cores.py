"""How many cores this process may use: those of the machine, or fewer where a container or its scheduler says so."""

import os
from contextlib import suppress
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")
_CPU_MOUNTS = ("cpu", "cpu,cpuacct", "cpuacct,cpu")
"""Where version 1 mounts the controller of the cores. Linux lists the two in another order than the folder has them."""


def cores(cgroups: Path = CGROUPS, membership: Path = MEMBERSHIP) -> int:
    """How many cores this process may use at once, at least 1.

    `os.cpu_count` gives those of the machine, whatever the limits of a container are. Looked at are the cores that the
    scheduler lets the process run on, and the quota of its control group and of those above it (version 2: `cpu.max`;
    version 1: `cpu.cfs_quota_us` over `cpu.cfs_period_us`), as Linux's documentation of control groups describes them.

    Args:
        cgroups: Where control groups are mounted.
        membership: The file that says in which of them the process is.
    """
    found = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quotas = [quota for folder in _folders(cgroups, membership) if (quota := _quota(folder)) is not None]
    # A quota of one core and a half keeps two processes from running at once all the time.
    return max(1, min([found, *map(int, quotas)]))


def _folders(cgroups: Path, membership: Path) -> list[Path]:
    """The folders of the process's control groups, with those above them.

    Within a container they are mounted as if its own were the root, and the file names a path that is not there. A name
    may hold any byte but a slash and the end of the line, so the file is no text that Python would read by itself.
    """
    folders = [cgroups, *(cgroups / mounted for mounted in _CPU_MOUNTS)]
    with suppress(OSError):
        for line in os.fsdecode(membership.read_bytes()).split("\n"):
            _, _, rest = line.partition(":")
            controllers, named, path = rest.partition(":")
            if not named or "\0" in path:
                continue
            mounts = ("",) if not controllers else _CPU_MOUNTS if "cpu" in controllers.split(",") else ()
            for mounted in mounts:
                below = cgroups / mounted / path.lstrip("/")
                folders += [below, *(each for each in below.parents if each.is_relative_to(cgroups))]
    return folders


def _quota(folder: Path) -> float | None:
    """For how many cores' time a control group may run; None where it says nothing of that."""
    with suppress(OSError, ValueError, ZeroDivisionError):
        quota, period = (folder / "cpu.max").read_text().split()
        return None if quota == "max" else int(quota) / int(period)
    with suppress(OSError, ValueError, ZeroDivisionError):
        allowed = int((folder / "cpu.cfs_quota_us").read_text())
        return None if allowed < 0 else allowed / int((folder / "cpu.cfs_period_us").read_text())
    return None
