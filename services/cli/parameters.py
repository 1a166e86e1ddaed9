"""Options and values that several commands take, read as strictly as the services read them."""

import getpass
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import click

from services.cli.printing import printable

if TYPE_CHECKING:
    from events.identity import GoalId
    from events.vocabulary import Status
    from projections.engine.projection import Projection

Name = TypeVar("Name", bound=str)


class GoalIdType(click.ParamType["GoalId"]):
    """`ORG.PATIENT.GOAL`, or a patient's plan as `ORG.PATIENT.plan`."""

    name = "ORG.PATIENT.GOAL"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> "GoalId":
        """Read the id."""
        from events.errors import Rejected
        from events.identity import parse_goal_id

        try:
            return parse_goal_id(str(value))
        except Rejected as rejection:
            self.fail(rejection.detail, param, ctx)


class IdType(click.ParamType[str]):
    """One part of an id: an organisation's, or a patient's. It becomes a part of the address that is read."""

    name = "ID"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read the id."""
        from events.identity import is_token

        if not is_token(str(value)):
            option = param.opts[0] if param else "An id"
            raise click.UsageError(f"{option} must be 1 to 64 letters, digits, hyphens or underscores.", ctx)
        return str(value)


class InstantType(click.ParamType[datetime]):
    """An RFC 3339 instant with its offset."""

    name = "INSTANT"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read the instant."""
        from events.instants import read_instant

        try:
            instant = read_instant(str(value)) or datetime.fromisoformat(str(value))
        except ValueError:
            instant = None
        if instant is None or instant.tzinfo is None:
            self.fail(f"“{printable(value)[:60]}” is no instant such as 2026-01-31T09:30:00+01:00.", param, ctx)
        return instant


class DayType(click.ParamType[date]):
    """A day of the calendar."""

    name = "DATE"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read the day."""
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"“{printable(value)[:60]}” is no day such as 2026-01-31.", param, ctx)


class StatusType(click.ParamType["Status"]):
    """A status of a goal."""

    name = "STATUS"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> "Status":
        """Read the status."""
        from events.vocabulary import Status

        return _one_of(get_args(Status), value, "status of a goal", self, param, ctx)


class PartsType(click.ParamType[str]):
    """What of a goal grows with its diary, by names with commas between them."""

    name = "PARTS"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read the names."""
        from events.goal.reading import PARTS

        return ",".join(_one_of(PARTS, part, "part", self, param, ctx) for part in str(value).split(","))


def _one_of(
    names: Sequence[Name],
    value: object,
    what: str,
    type_: click.ParamType[Any],  # Any: of whatever values
    param: click.Parameter | None,
    ctx: click.Context | None,
) -> Name:
    for name in names:
        if name == value:
            return name
    type_.fail(f"“{printable(value)[:60]}” is no {what}; there are {', '.join(names)}.", param, ctx)


class ProjectionType(click.ParamType["Projection[Any]"]):
    """The name of a projection."""

    name = "NAME"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> "Projection[Any]":  # each remembers a state of its own type
        """The projection of the name."""
        from projections.catalog import UnknownProjection, projection_named

        try:
            return projection_named(str(value))
        except UnknownProjection as unknown:
            self.fail(printable(unknown), param, ctx)


def login_name() -> str:
    """The name of whoever runs the command."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have a number and no name
        return "operator"


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
limit_option = click.option(
    "--limit", type=click.IntRange(min=1), default=100, show_default=True, help="At most so many."
)
min_position_option = click.option(
    "--min-position",
    metavar="POSITION",
    type=click.IntRange(min=0),
    help="Wait until what is read has come to this position of the log: that of your own write.",
)
nats_url_option = click.option(
    "--nats-url",
    metavar="URL",
    help="The NATS server of the Cairn to talk to.  [CAIRN_NATS_URL, the node in CAIRN_DATA_DIR, or port 4222]",
)
database_url_option = click.option(
    "--database-url",
    metavar="URL",
    help="The database of the projections.  [CAIRN_DATABASE_URL, or SQLite in CAIRN_DATA_DIR]",
)
org_option = click.option(
    "--org",
    type=IdType(),
    envvar="CAIRN_ORG",
    default="northside",
    show_default=True,
    show_envvar=True,
    help="The organisation.",
)

clinician_option = click.option("--clinician", metavar="WHO", help="Only this clinician's patients.")
audience_option = click.option(
    "--for",
    "audience",
    type=click.Choice(["staff", "patient"]),
    default="staff",
    show_default=True,
    help="Who reads: for the patient, what is for staff is left out.",
)
include_option = click.option(
    "--include",
    type=PartsType(),
    help="Add what grows with a goal's diary: progress, weekly_wins, or both with a comma.",
)
operator_option = click.option(
    "--by",
    metavar="WHO",
    envvar="CAIRN_OPERATOR",
    default=login_name,
    help="Who does this, as it is recorded.  [CAIRN_OPERATOR, or the login name]",
)
reason_option = click.option("--reason", metavar="TEXT", default="", help="Why, as it is recorded.")

_Command = Callable[..., Any]  # a command's callback, whatever it takes


def moment_options(command: _Command) -> _Command:
    """`--as-of`, `--position` and `--by`: the state at an earlier moment."""
    for option in (
        click.option(
            "--by",
            type=click.Choice(["recorded", "happened"]),
            default="recorded",
            show_default=True,
            help="Whether --as-of means what was recorded by then, or what had happened by then.",
        ),
        click.option("--position", type=click.IntRange(min=0), callback=_not_both, help="At this position of the log."),
        click.option(
            "--as-of", type=InstantType(), is_eager=True, help="At this instant, such as 2026-01-31T09:30:00Z."
        ),
    ):
        command = option(command)
    return command


def _not_both(ctx: click.Context, param: click.Parameter, value: int | None) -> int | None:
    if value is not None and ctx.params.get("as_of") is not None:
        raise click.UsageError("Give --as-of or --position, not both.")
    return value
