"""What a node says once it is ready: its addresses, and three things to try next."""

import shutil
import sys
import sysconfig
from pathlib import Path

from events.identity import parse_goal_id
from services.node.address import NodeAddress, without_secret


def ready_line(address: NodeAddress, data_dir: Path) -> str:
    """The line that begins with `ready`, for which programs wait."""
    return f"ready nats={without_secret(address.nats_url)} http={address.http_url} data={data_dir}"


def things_to_try(address: NodeAddress, *, shown_goal: str | None, usual_place: bool) -> list[str]:
    """Three commands to try.

    Args:
        shown_goal: A goal with a history worth replaying, if there is one.
        usual_place: Whether commands find this node by themselves.
    """
    cairn = cairn_command()
    where = "" if usual_place else f" --nats-url {without_secret(address.nats_url)}"
    if shown_goal is None:
        return [
            f"{cairn} schemas list",
            f"{cairn} projections status{where}",
            f"curl {address.http_url}/openapi.json",
        ]
    org = parse_goal_id(shown_goal).org
    return [
        f"{cairn} goals list --org {org}{where}",
        f"{cairn} replay {shown_goal}{where}",
        f"curl '{address.http_url}/v1/orgs/{org}/reviews?status=overdue'",
    ]


def cairn_command() -> str:
    """The command that runs `cairn` from this folder: its name if it is on the path, else its file."""
    installed = Path(sysconfig.get_path("scripts")) / "cairn"
    if not installed.exists():
        return f"{sys.executable} -m services.cli"
    on_path = shutil.which("cairn")
    if on_path and Path(on_path).resolve() == installed.resolve():
        return "cairn"
    folder = Path.cwd()
    return str(installed.relative_to(folder) if installed.is_relative_to(folder) else installed)
