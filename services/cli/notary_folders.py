"""Which notary a command is about, and what is said of its keys."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from services.notary.founding import Founded
    from services.settings import Settings

stream_option = click.option(
    "--stream", metavar="NAME", help="Of which stream of the log; needed where CAIRN_PLACEMENT names several."
)


def the_stream(settings: "Settings", given: str | None) -> str:
    """The stream that is given, or the only one that there is.

    Raises:
        click.UsageError: none is given, and there are several.
        BadPlacement: the log has no such stream.
    """
    if given is not None:
        settings.placement.check(given)
        return given
    streams = settings.placement.streams
    if len(streams) > 1:
        raise click.UsageError(f"The log has several streams: name one with --stream ({', '.join(streams)}).")
    return streams[0]


def tell_keys(founded: "Founded") -> None:
    """Print the origin and the public keys of a generation that has been made."""
    click.echo(f"Origin of the log:  {founded.identity.origin}")
    click.echo(f"Key of checkpoints: {founded.checkpoints}")
    click.echo(f"Key of statements:  {founded.statements}")
