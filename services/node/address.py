"""The addresses of a running node: the file in its data folder from which commands read them."""

import json
import os
from pathlib import Path
from typing import NamedTuple, Self
from urllib.parse import urlsplit

from services.settings import Settings

FILE = "node.json"


class NodeAddress(NamedTuple):
    """The process and the addresses of a running node."""

    pid: int
    nats_url: str
    http_url: str

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The address of this process, with these settings."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.http_host, settings.http_host)  # noqa: S104 - seen
        named = f"[{host}]" if ":" in host else host
        return cls(os.getpid(), settings.nats_address, f"http://{named}:{settings.http_port}")


def write_address(data_dir: Path, address: NodeAddress) -> None:
    """Write the address for commands of the same user."""
    draft = data_dir / f"{FILE}.new"
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(address._asdict()) + "\n", encoding="utf-8")
    draft.replace(data_dir / FILE)


def read_address(data_dir: Path) -> NodeAddress | None:
    """The address of the node that runs on the data folder; None when no node runs there."""
    try:
        found = json.loads((data_dir / FILE).read_text(encoding="utf-8"))
        address = NodeAddress(int(found["pid"]), str(found["nats_url"]), str(found["http_url"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return address if _is_running(address.pid) else None


def remove_address(data_dir: Path) -> None:
    """Remove the file when the node stops."""
    (data_dir / FILE).unlink(missing_ok=True)


def without_secret(url: str) -> str:
    """NATS addresses without user and password, so that they may be shown."""
    parts = (urlsplit(each if "://" in each else f"nats://{each}") for each in url.split(","))
    return ",".join(each._replace(netloc=each.netloc.rpartition("@")[2]).geturl() for each in parts)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
