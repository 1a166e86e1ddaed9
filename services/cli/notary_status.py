"""`cairn notary status`: what it has signed, and who has cosigned it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from services.cli.connection import connected
from services.cli.notary_folders import stream_option
from services.cli.parameters import json_option, nats_url_option
from services.cli.printing import print_json, printable

if TYPE_CHECKING:
    from services.notary.asking import AskedNotary
    from services.notary.requests import ActsAnswer, NotaryStatus

_ACTS_SHOWN = 10
"""How many of the newest acts are shown; --json has them all."""
_SAID = {
    "founded": "made",
    "rotation_begun": "a new key signs beside the old one, put there",
    "rotation_finished": "the new key signs alone, decided",
    "succeeded": "a new generation begun",
    "stopped": "STOPPED signing",
    "resumed": "went on signing",
}
UNPUBLISHED_AFTER = timedelta(minutes=5)
"""How long what is signed may wait for cosignatures before the exit code says so. Witnesses are restarted, too."""


@click.command()
@stream_option
@click.option(
    "--ask-witnesses", is_flag=True, help="Have it ask each witness first, also one that it leaves alone now."
)
@json_option
@nats_url_option
def status(stream: str | None, ask_witnesses: bool, as_json: bool, nats_url: str | None) -> None:
    """Show what the notary has signed, how far that is from the log's end, and what its witnesses say.

    The exit code is 1 where it has stopped signing, does not sign now, has published nothing of what it signed for five
    minutes, cannot read its policy, or does not answer.
    """
    told = asyncio.run(_status(stream, nats_url, ask_witnesses=ask_witnesses))
    found = [status for status, _ in told]
    if as_json:
        print_json(
            [each.model_dump(mode="json") | (acts.model_dump(mode="json") if acts else {}) for each, acts in told]
        )
    else:
        for each, acts in told:
            _print(each)
            if acts is None:
                click.echo("  It is an earlier version, which does not tell what was done with it. Start it again.")
            else:
                _print_acts(acts)
    now = datetime.now(UTC)
    if any(each.stopped or each.waiting or each.policy_trouble or _is_unpublished(each, now) for each in found):
        raise click.exceptions.Exit(1)


def _is_unpublished(status: "NotaryStatus", now: datetime) -> bool:
    return status.unpublished_since is not None and now - status.unpublished_since > UNPUBLISHED_AFTER


async def _status(
    stream: str | None, nats_url: str | None, *, ask_witnesses: bool
) -> "list[tuple[NotaryStatus, ActsAnswer | None]]":
    from services.cli.configuration import load_settings
    from services.notary.asking import AskedNotary

    placement = load_settings().placement
    if stream is not None:
        placement.check(stream)
    async with connected(nats_url) as nc:
        streams = (stream,) if stream is not None else placement.streams
        notaries = [AskedNotary(nc, each) for each in streams]
        return [
            (await (each.ask_witnesses() if ask_witnesses else each.status()), await acts_of(each)) for each in notaries
        ]


async def acts_of(notary: "AskedNotary") -> "ActsAnswer | None":
    """What was done with a notary; None where it is an earlier version, which does not understand the question."""
    from services.notary.asking import NotaryRefused

    try:
        return await notary.acts()
    except NotaryRefused as refused:
        if refused.code != "request.invalid":
            raise
        return None


def _print(status: "NotaryStatus") -> None:
    from services.notary.wording import leaves

    click.echo(f"{status.stream}: {status.origin}")
    if status.stopped is not None:
        click.echo(f"  STOPPED since {_time(status.stopped_at)}: {printable(status.stopped)}")
    if status.waiting is not None:
        click.echo(f"  does not sign now: {printable(status.waiting)}")
    if status.unpublished_since is not None:
        click.echo(f"  NOT PUBLISHED since {_time(status.unpublished_since)}: too few witnesses cosign what is signed")
    if status.policy_trouble is not None:
        click.echo(
            f"  POLICY not heeded as it is written: {printable(status.policy_trouble)} The one from before counts."
        )
    signed = f"{leaves(status.size)}, {_time(status.signed_at)}" if status.size is not None else "nothing yet"
    click.echo(f"  signed:     {signed}")
    published = leaves(status.published_size) if status.published_size is not None else "nothing yet"
    click.echo(f"  published:  {published}; the log has {status.log_head:,}")
    witnessed = f", witnessed {_time(status.witnessed_at)}" if status.witnessed_at is not None else ""
    click.echo(f"  quorum:     {printable(status.quorum)}{witnessed}")
    for each in status.witnesses:
        size = f"{leaves(each.cosigned_size or 0)}, {_time(each.cosigned_at)}" if each.cosigned_at else "nothing yet"
        trouble = f"; {printable(each.trouble)}" if each.trouble else ""
        click.echo(f"  witness {printable(each.name)}: {size}{trouble}")
    if any(each.trouble for each in status.witnesses):
        click.echo(
            "  Witnesses that do not cosign are asked again later and later, up to every ten minutes. At once:"
            " cairn notary status --ask-witnesses."
        )


def _print_acts(told: "ActsAnswer") -> None:
    for number, act in enumerate(told.acts[-_ACTS_SHOWN:], max(0, len(told.acts) - _ACTS_SHOWN)):
        by = f" by {printable(act.by)}" if act.by else ""
        why = f": {printable(act.reason)}" if act.reason else ""
        later = "" if number < told.recorded else " (noted beside the keys, recorded when NATS is there)"
        click.echo(f"  {_time(act.at)}: {_SAID[act.kind]}{by}{why}{later}")


def _time(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at is not None else "-"
