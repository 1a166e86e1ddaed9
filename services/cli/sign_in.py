"""`cairn sign-in`: print a link that signs a browser in, once."""

import asyncio
from typing import TYPE_CHECKING, Any, get_args

import click

from services.access.principal import Role
from services.cli.connection import connected
from services.cli.parameters import nats_url_option, operator_option
from services.cli.token import DurationType, principal_of_options

if TYPE_CHECKING:
    from services.access.principal import Principal
    from services.node.sign_in import Link


@click.command("sign-in")
@click.option("--role", "roles", multiple=True, type=click.Choice(get_args(Role)), help="May be given again.")
@click.option("--org", "orgs", multiple=True, metavar="ORG", help="An organisation; may be given again.")
@click.option("--actor", metavar="ID", help="The id of the person, as events record it.")
@click.option("--patient", metavar="ID", help="With --role patient: the patient's id.  [the id of --actor]")
@click.option("--without-words", is_flag=True, help="Show numbers and dates, and nothing that people said.")
@click.option(
    "--for", "seconds", type=DurationType(), default="8h", show_default=True, help="How long one stays signed in."
)
@operator_option
@nats_url_option
def sign_in(nats_url: str | None, by: str, seconds: int, **who: Any) -> None:
    """Print a link that signs a browser in. It works once, within 15 minutes.

    Without a role, an organisation and an id it is for a clinician of the sample clinic. Whoever opens the link first
    is signed in, so show it to nobody. It is for a Cairn without CAIRN_OIDC_ISSUER.
    """
    link = asyncio.run(_make(nats_url, who, seconds, by))
    click.echo(link.address)
    click.echo(f"It signs in {link.who}, once, within 15 minutes.", err=True)


async def _make(nats_url: str | None, who: dict[str, Any], seconds: int, by: str) -> "Link":
    from services.access.issuer.signing_key import signing_key
    from services.cli.configuration import load_settings
    from services.node.address import NodeAddress, read_address
    from services.node.sign_in import make_link

    settings = load_settings()
    if settings.oidc_issuer is not None:
        raise click.UsageError(f"People sign in at {settings.oidc_issuer}, by the page /sign-in of this Cairn.")
    signing_key(settings.data_dir, make=False)
    address = read_address(settings.data_dir) or NodeAddress.of(settings)
    async with connected(nats_url) as nc:
        principal = await _principal(nc, settings.placement, who)
        try:
            return await make_link(nc, settings, address.http_url, principal, seconds=seconds, by=by)
        except ValueError as error:
            raise click.UsageError(str(error)) from None


async def _principal(nc: Any, placement: Any, who: dict[str, Any]) -> "Principal":
    from services.node.sample import shown_goal
    from services.node.sign_in import CLINICIAN_OF_THE_SAMPLE

    if not (who["roles"] or who["orgs"] or who["actor"]) and await shown_goal(nc, placement) is not None:
        return CLINICIAN_OF_THE_SAMPLE
    if not who["actor"]:
        raise click.UsageError(f"Say whom to sign in: {_example(who['roles'] or ('clinician',), who['orgs'])}.")
    return principal_of_options(**{**who, "roles": who["roles"] or ("clinician",), "speaks_for": ()})


def _example(roles: tuple[str, ...], orgs: tuple[str, ...]) -> str:
    """The options that sign somebody in, with those that were given. Only an operator belongs to no organisation."""
    belongs_to = orgs or (() if set(roles) == {"operator"} else ("ORG",))
    named = [*(f"--role {role}" for role in roles), *(f"--org {org}" for org in belongs_to)]
    return " ".join([*named, "--actor ID"])
