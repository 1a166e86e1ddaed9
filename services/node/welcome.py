"""What a node says once it is ready: its addresses, how to look at it, and three things to try next."""

import shlex
import shutil
import sys
import sysconfig
from pathlib import Path

from events.identity import parse_goal_id
from services.access.issuer.sign_in_links import LINK_SECONDS
from services.node.address import NodeAddress, without_secret
from services.node.sign_in import Link


def ready_line(address: NodeAddress, data_dir: Path) -> str:
    """The line that begins with `ready`, for which programs wait."""
    return f"ready nats={without_secret(address.nats_url)} http={address.http_url} data={data_dir}"


def things_to_try(
    address: NodeAddress, data_dir: Path, *, shown_goal: str | None, usual_place: bool, own_issuer: bool
) -> list[str]:
    """Three commands to try.

    Args:
        data_dir: Where this node keeps its data, by which commands find it and its key.
        shown_goal: A goal with a history worth replaying, if there is one.
        usual_place: Whether commands find this node by themselves.
        own_issuer: Whether this node makes its own tokens.
    """
    cairn = _cairn(data_dir, usual_place=usual_place)
    description = f"curl {address.http_url}/openapi.json"
    if shown_goal is None:
        return [f"{cairn} schemas list", f"{cairn} projections status", description]
    org = parse_goal_id(shown_goal).org
    token = f"$({cairn} token create --role clinician --org {org} --actor me --plain)"
    overdue = f"curl -H \"Authorization: Bearer {token}\" '{address.http_url}/v1/orgs/{org}/reviews?status=overdue'"
    return [f"{cairn} goals list --org {org}", f"{cairn} replay {shown_goal}", overdue if own_issuer else description]


def how_to_look(address: NodeAddress, data_dir: Path, *, link: Link | None, usual_place: bool, own_issuer: bool) -> str:
    """How to look at this node with a browser.

    Args:
        link: A link to sign in with, which is shown where the data is the sample's.
        data_dir, usual_place, own_issuer: As of :func:`things_to_try`.
    """
    if link is not None:
        return f"{link.address} signs in {link.who}: once, within {LINK_SECONDS // 60} minutes"
    if own_issuer:
        cairn = _cairn(data_dir, usual_place=usual_place)
        return f"{cairn} sign-in --role operator --actor me prints a link for a browser"
    return f"{address.http_url}/ in a browser"


def _cairn(data_dir: Path, *, usual_place: bool) -> str:
    cairn = cairn_command()
    return cairn if usual_place else f"CAIRN_DATA_DIR={shlex.quote(str(data_dir))} {cairn}"


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
