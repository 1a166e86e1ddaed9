"""`cairn export history`: a history as a folder that a court's expert can check alone."""

import asyncio
from pathlib import Path
from typing import Any

import click

from services.cli.disclosing import destination, disclosure_options
from services.cli.history_exporting import ExportedHistory, Scope, export_history
from services.cli.new_file import Unwritable
from services.cli.parameters import json_option, nats_url_option
from services.cli.printing import print_json


@click.command()
@click.argument("whose", metavar="ORG[.PATIENT[.GOAL]]")
@click.option("--output", required=True, metavar="DIR", help="The folder to make. What is there already is kept.")
@disclosure_options
@click.option(
    "--unredacted",
    is_flag=True,
    help="For somebody outside: show also the patient's consents to others, and what was disclosed to them.",
)
@click.option(
    "--proven-only",
    is_flag=True,
    help="Where the notary cannot sign now: leave out the events that no checkpoint has, instead of ending.",
)
@click.option("--lang", default="en", show_default=True, metavar="CODE", help="The language of the timeline.")
@json_option
@nats_url_option
def history(
    whose: str,
    output: str,
    unredacted: bool,
    proven_only: bool,
    lang: str,
    as_json: bool,
    nats_url: str | None,
    **to: Any,
) -> None:
    """Write every event of a goal, a patient or an organisation byte for byte as it is stored, with its proof.

    The folder has all that somebody needs who trusts nobody in this house: the events, their proofs against one signed
    and witnessed checkpoint, the notary's statement of how many there are, a timeline to read, and a program that
    checks all of it without Cairn. HOW_TO_CHECK.html in it says how, and what it does not show.

    It is a disclosure like any other: --to says whom it is for, and what goes to somebody outside needs the patient's
    consent or a stated ground, and is recorded before it is written. Of an organisation, each patient's is needed, as a
    history with gaps proves nothing. Nobody else's data is in it. The folder appears when it is complete and was
    checked, and only its owner may read it.
    """
    from services.gateway.pages.language import language_of, languages

    scope = Scope.parse(whose)
    language = language_of([lang.partition("-")[0]], lang)
    if language.code != lang.partition("-")[0]:
        raise click.UsageError(f"--lang is one of {', '.join(languages())}, with a region behind it or without.")
    where = destination(scope.patient, f"The whole history of {scope}, event by event, with its proof", to)
    target = Path(output)
    try:
        exported = asyncio.run(
            export_history(nats_url, scope, target, where, language, unredacted=unredacted, proven_only=proven_only)
        )
    except OSError as error:
        raise Unwritable(output, error) from None
    _say(exported, output, as_json=as_json)


def _say(exported: ExportedHistory, output: str, *, as_json: bool) -> None:
    if as_json:
        print_json({**exported._asdict(), "output": output})
        return
    events = f"{exported.events} event{'s' * (exported.events != 1)}"
    click.echo(f"{events} of {exported.scope}, proven by the checkpoint of size {exported.size} of {exported.origin}.")
    if exported.withheld:
        of = "one of them" if exported.withheld == 1 else f"{exported.withheld} of them"
        click.echo(f"Of {of} only the proof is there: consents to others, or disclosures to them.")
    if exported.not_proven:
        click.echo(f"Left out: {exported.not_proven} that no checkpoint has yet.", err=True)
    for name, why in exported.not_counted:
        click.echo(f"The witness {name} has not signed the number of events: {why}", err=True)
    if exported.without_pdf:
        click.echo(f"There is no timeline.pdf. {exported.without_pdf}", err=True)
    click.echo(f"Written to {output}. HOW_TO_CHECK.html says how it is checked.")
