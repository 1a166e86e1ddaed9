"""A projection of another log than the present one, and what an operator can do about it."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from services.node.address import NodeAddress, without_secret
from services.node.welcome import cairn_command


class OfAnotherLog(NamedTuple):
    """A projection whose tables were built from another log than the present one, or a goals service that knew that.

    Attributes:
        projection: Its name; `cairn-goals` for a goals service.
        position: The last position of the other log that the projection has projected, or that was acknowledged to the
            goals service.
        head: The last position of the present log.
    """

    projection: str
    stream: str
    position: int
    head: int


def what_to_do(found: Sequence[OfAnotherLog], address: NodeAddress, data_dir: Path) -> list[str]:
    """What happened, and what an operator can do. No line begins with `ready`, for which programs wait."""
    cairn = f"CAIRN_DATA_DIR={shlex.quote(str(data_dir))} {cairn_command()}"
    where = f"nats={without_secret(address.nats_url)} http={address.http_url} data={data_dir}"
    furthest = max(each.position for each in found)
    enough = f"One up to position {furthest:,} or further brings back all that these remember; with an older one,"
    return [
        f"NOT READY: the log is another one than before. {where}",
        *(f"  {line}" for line in _by_stream(found)),
        "  Nothing is recorded, and reads show what was known before, until you decide:",
        "  - Is there a backup, or the lost disk? End this (Ctrl-C), put the log back, and start again:",
        f"      {cairn} log restore FOLDER",
        f"    {enough} what came behind its end stays lost.",
        "  - Is there none? See what is lost for good, and go on with the log as it is:",
        f"      {cairn} log adopt",
    ]


def _by_stream(found: Sequence[OfAnotherLog]) -> list[str]:
    lines = []
    for stream in dict.fromkeys(each.stream for each in found):
        projections = [each for each in found if each.stream == stream]
        head = max(each.head for each in projections)
        state = f"ends at position {head:,}" if head else "is empty"
        remembered = ", ".join(f"{each.projection} {each.position:,}" for each in projections)
        lines.append(f"{stream} {state}; remembered are, up to positions: {remembered}.")
    return lines
