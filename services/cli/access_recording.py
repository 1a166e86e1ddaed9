"""Recording what commands read, before they print it: who, whose data, and why.

What a command asks a gateway for is recorded by the gateway, under the name that the command gives. What a command
reads out of the log itself, it records itself.
"""

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import click

from services.cli.parameters import login_name

if TYPE_CHECKING:
    from events.log.client.resilient import ResilientClient
    from services.access.policy import Reading

_READER_HEADER, _PURPOSE_HEADER = "cairn-reader", "cairn-purpose"
"""The headers of a read over NATS in which a command says who reads, and why."""
_PURPOSE = "cairn.purpose"
_PURPOSE_VARIABLE = "CAIRN_PURPOSE"


class PurposeType(click.ParamType[str]):
    """A code of v3-ActReason that Cairn knows."""

    name = "CODE"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check the code."""
        from events.access_record import PURPOSES

        if value not in PURPOSES:
            self.fail(f"The purpose is one of {', '.join(PURPOSES)}.", param, ctx)
        return str(value)


def _remember(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
    ctx.meta[_PURPOSE] = value


purpose_option = click.option(
    "--purpose",
    type=PurposeType(),
    envvar=_PURPOSE_VARIABLE,
    expose_value=False,
    callback=_remember,
    help="Why this is read, as it is recorded: TREAT, HOPERAT, ….  [CAIRN_PURPOSE, or HOPERAT]",
)
"""Why a command reads a patient's data."""


def reader() -> str:
    """Who reads, as it is recorded: CAIRN_OPERATOR, or the login name."""
    return f"command:{operator_name()}"[:200]


def operator_name() -> str:
    """Who does it, where the command has no option for that: CAIRN_OPERATOR, or the login name."""
    return os.environ.get("CAIRN_OPERATOR") or login_name()


def reading_headers() -> dict[str, str]:
    """What a read over NATS says of who reads, and why."""
    purpose = _purpose_given()
    return {_READER_HEADER: reader()} | ({_PURPOSE_HEADER: purpose} if purpose else {})


class CommandReadings:
    """Records what one command reads out of the log.

    Args:
        nc: The command's connection.
        purpose: Why, where the command has an option of its own for that.
    """

    def __init__(self, nc: "ResilientClient", purpose: str | None = None):
        from events.access_record import PURPOSES
        from services.access.principal import everyone_of
        from services.access.records.reading import ReadingRequest
        from services.access.records.recorder import AccessRecorder
        from services.cli.configuration import load_settings

        why = purpose if purpose in PURPOSES else _purpose_given()
        self._request: ReadingRequest = ReadingRequest(everyone_of(frozenset(), reader()), "command", purpose=why)
        self._recorder = AccessRecorder(nc, load_settings().access_records)

    async def record(
        self, seen: Mapping[str, Iterable[str]], *, reading: "Reading", operation: str, interaction: str
    ) -> None:
        """Record that something about these patients is about to be printed or written.

        Args:
            seen: The patients by organisation.

        Raises:
            click.ClickException: it cannot be recorded, and must be (`CAIRN_ACCESS_RECORDS`).
        """
        from services.access.records.recorder import ReadingNotRecorded

        records = self._request.records(seen, reading=reading, operation=operation, interaction=interaction)
        try:
            await self._recorder.record(records)
        except ReadingNotRecorded as error:
            raise click.ClickException(
                f"access.not_recorded: {error} So nothing is told. Is `cairn serve access` set up?"
                " CAIRN_ACCESS_RECORDS=best_effort tells it without a record."
            ) from None


def _purpose_given() -> str | None:
    """By the option of all reading commands; a command whose own `--purpose` says nothing has the variable alone."""
    context = click.get_current_context(silent=True)
    if context is None:
        return None
    if _PURPOSE not in context.meta:
        of_the_variable = os.environ.get(_PURPOSE_VARIABLE)
        return PurposeType().convert(of_the_variable, None, context) if of_the_variable else None
    purpose: str | None = context.meta[_PURPOSE]
    return purpose
