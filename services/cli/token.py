"""`cairn token`: make, list and revoke tokens of the embedded issuer."""

import asyncio
import re
import shlex
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, get_args

import click

from events.identity import is_token
from services.access.principal import Role
from services.cli.connection import connected
from services.cli.lazy import Group
from services.cli.parameters import json_option, nats_url_option, operator_option, reason_option
from services.cli.printing import Json, minute, print_json, print_table

if TYPE_CHECKING:
    from services.access.issuer.token_records import Issued, Revoked
    from services.access.issuer.tokens import MadeToken
    from services.access.principal import Principal

VARIABLE = "CAIRN_TOKEN"
"""The environment variable in which commands and examples expect a token."""
_ACTOR = re.compile(r"[!-~]{1,200}", re.ASCII)
_UNITS = {"s": 1, "m": 60, "h": 60 * 60, "d": 24 * 60 * 60}


class DurationType(click.ParamType[int]):
    """A duration such as 30m, 8h or 90d, in seconds."""

    name = "DURATION"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read the duration."""
        if isinstance(value, int):
            return value
        right = re.fullmatch(r"([1-9]\d{0,8})([smhd])", str(value), re.ASCII)
        if right is None:
            self.fail("It must be a number with its unit: 90s, 30m, 8h or 90d.", param, ctx)
        return int(right[1]) * _UNITS[right[2]]


@click.group(cls=Group)
def token() -> None:
    """Make, list and revoke the tokens of this Cairn's own issuer.

    They are for a Cairn without CAIRN_OIDC_ISSUER. The key that signs them is in CAIRN_DATA_DIR.
    """


@token.command()
@click.option(
    "--role", "roles", multiple=True, required=True, type=click.Choice(get_args(Role)), help="May be given again."
)
@click.option("--org", "orgs", multiple=True, metavar="ORG", help="An organisation; may be given again.")
@click.option("--actor", required=True, metavar="ID", help="The id of the person or system, as events record it.")
@click.option("--patient", metavar="ID", help="With --role patient: the patient's id.  [the id of --actor]")
@click.option(
    "--speaks-for",
    multiple=True,
    type=click.Choice(["patient", "clinician", "supervisor", "family", "system"]),
    help="With --role system: in whose roles it may submit events; may be given again.",
)
@click.option("--without-words", is_flag=True, help="It reads numbers and dates, and nothing that people said.")
@click.option(
    "--for", "seconds", type=DurationType(), default="8h", show_default=True, help="How long it is valid: 30m, 8h, 90d."
)
@click.option("--plain", is_flag=True, help="Print the token alone.")
@operator_option
@nats_url_option
def create(nats_url: str | None, by: str, seconds: int, plain: bool, **who: Any) -> None:
    """Make a token and print it once, as a line for the shell; it is not kept.

    eval "$(cairn token create --role clinician --org northside --actor cl-1)" sets CAIRN_TOKEN.
    """
    made = asyncio.run(_create(nats_url, principal_of_options(**who), seconds, by))
    click.echo(made.text if plain else f"export {VARIABLE}={shlex.quote(made.text)}")


@token.command("list")
@json_option
@nats_url_option
def list_tokens(nats_url: str | None, as_json: bool) -> None:
    """List the tokens that were made: for whom, as what, until when, and whether they are still accepted."""
    issued, revoked = asyncio.run(_recorded(nats_url))
    if as_json:
        items = [_item(each, revoked) for each in issued]
        print_json({"items": items, "next": None})
    elif issued:
        columns = ("Id", "Who", "Roles", "Organisations", "Until", "State", "Made by")
        print_table(columns, (_row(each, revoked) for each in issued), wide=("Roles", "Organisations"))
    else:
        click.echo("No token was made so far.")


@token.command()
@click.argument("token_id", metavar="ID")
@reason_option
@operator_option
@nats_url_option
def revoke(token_id: str, reason: str, by: str, nats_url: str | None) -> None:
    """Revoke a token by its id. Within about a second it is not accepted any more."""
    asyncio.run(_revoke(nats_url, token_id, by, reason))
    click.echo(f"The token {token_id} is revoked.")


def principal_of_options(
    roles: tuple["Role", ...],
    orgs: tuple[str, ...],
    actor: str,
    patient: str | None,
    speaks_for: tuple[Any, ...],  # click has checked them
    without_words: bool,
) -> "Principal":
    """The principal that the options of a command name.

    Raises:
        click.UsageError: they do not go together.
    """
    from services.access.principal import Principal

    if not orgs and set(roles) != {"operator"}:
        raise click.UsageError("Name the organisation with --org. Only an operator belongs to none.")
    _check_ids(actor, orgs, patient, is_patient="patient" in roles)
    return Principal(
        id=actor,
        kind="system" if "system" in roles else "person",
        roles=frozenset(roles),
        orgs=frozenset(orgs),
        patient=patient or (actor if "patient" in roles else None),
        speaks_for=frozenset(speaks_for),
        words=not without_words,
    )


def _check_ids(actor: str, orgs: tuple[str, ...], patient: str | None, *, is_patient: bool) -> None:
    """Check the ids, so that a refusal names the option and not a claim of the token.

    Raises:
        click.UsageError: one is none that a token could name.
    """
    if not _ACTOR.fullmatch(actor):
        raise click.UsageError("--actor must be 1 to 200 characters of ASCII, without spaces.")
    for name, given in (("--org", orgs), ("--patient", () if patient is None else (patient,))):
        if not all(map(is_token, given)):
            raise click.UsageError(f"{name} must be 1 to 64 letters, digits, hyphens or underscores.")
    if is_patient and patient is None and not is_token(actor):
        raise click.UsageError("--actor is no patient's id; name the patient with --patient.")


async def _create(nats_url: str | None, principal: "Principal", seconds: int, by: str) -> "MadeToken":
    from services.access.issuer.recording import issue_token
    from services.access.issuer.signing_key import signing_key
    from services.cli.configuration import load_settings

    settings = load_settings()
    if settings.oidc_issuer is not None:
        raise click.UsageError(f"This Cairn accepts tokens of {settings.oidc_issuer} alone. Get one there.")
    key = signing_key(settings.data_dir, make=False)
    async with connected(nats_url) as nc:
        try:
            return await issue_token(nc, key, principal, seconds=seconds, by=by, replicas=settings.log_replicas)
        except ValueError as error:
            raise click.UsageError(str(error)) from None


async def _recorded(nats_url: str | None) -> "tuple[list[Issued], dict[str, Revoked]]":
    from services.access.issuer.recording import recorded_tokens
    from services.access.issuer.token_records import Issued, Revoked

    async with connected(nats_url) as nc:
        found, _ = await recorded_tokens(nc)
    revoked = {each.token: each for each in found if isinstance(each, Revoked)}
    return [each for each in found if isinstance(each, Issued)], revoked


async def _revoke(nats_url: str | None, token_id: str, by: str, reason: str) -> None:
    from services.access.issuer.recording import revoke_token

    async with connected(nats_url) as nc:
        await revoke_token(nc, token_id, by=by, reason=reason)


def _state(issued: "Issued", revoked: "dict[str, Revoked]") -> str:
    if issued.token in revoked:
        return "revoked"
    return "expired" if datetime.fromisoformat(issued.until) <= datetime.now(UTC) else "valid"


def _item(issued: "Issued", revoked: "dict[str, Revoked]") -> Json:
    principal = issued.principal.model_dump(mode="json", exclude={"token"})
    return {**issued._asdict(), "principal": principal, "state": _state(issued, revoked)}


def _row(issued: "Issued", revoked: "dict[str, Revoked]") -> tuple[object, ...]:
    principal = issued.principal
    roles = ", ".join(sorted(principal.roles))
    if principal.speaks_for:
        roles += f" for {', '.join(sorted(principal.speaks_for))}"
    if not principal.words:
        roles += ", without words"
    orgs = ", ".join(sorted(principal.orgs))
    return issued.token, principal.id, roles, orgs, minute(issued.until), _state(issued, revoked), issued.by
