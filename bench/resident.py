"""How much memory a process has."""

import subprocess
from pathlib import Path

_KIB = 1024


def resident_bytes(pid: int) -> int:
    """What of a process is in memory now (its resident set size)."""
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        kib = next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    else:  # not Linux
        kib = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], check=True, capture_output=True, text=True).stdout
    return int(kib) * _KIB
