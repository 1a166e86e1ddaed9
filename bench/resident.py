"""How much memory a process has."""

import subprocess
from pathlib import Path

_KIB = 1024


def resident_bytes(pid: int) -> int:
    """What of a process is in memory now (its resident set size)."""
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        return _resident_kib(status) * _KIB
    kib = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], check=True, capture_output=True, text=True).stdout
    return int(kib) * _KIB  # not Linux


def with_children_bytes(pid: int) -> int:
    """What of a process, and of those that it has started, is in memory now."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    if children.exists():
        of_children = [_resident_kib(Path(f"/proc/{child}/status")) for child in children.read_text().split()]
        return resident_bytes(pid) + sum(of_children) * _KIB
    every = subprocess.run(["ps", "-A", "-o", "ppid=,rss="], check=True, capture_output=True, text=True).stdout
    of_all = [line.split() for line in every.splitlines()]
    return resident_bytes(pid) + sum(int(kib) for parent, kib in of_all if int(parent) == pid) * _KIB  # not Linux


def _resident_kib(status: Path) -> int:
    """0 for a process that has just ended."""
    try:
        lines = status.read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0)
