"""`cairn export session`: the pages for talks as a PDF, from the same HTML and CSS that a browser prints."""

import asyncio
import sys
from datetime import date
from typing import TYPE_CHECKING, get_args

import click

from services.cli.access_recording import purpose_option
from services.cli.connection import connected
from services.cli.new_file import Output, output_options
from services.cli.parameters import DayType, clinician_option, nats_url_option
from services.cli.printing import Json
from services.gateway.pages.session.sheet_size import Form, Paper

if TYPE_CHECKING:
    from services.gateway.pages.language import Language

_PAGE_REVIEWS = 100


@click.command()
@click.argument("whose", metavar="ORG[.PATIENT]")
@output_options("FILE.pdf|-", required=True)
@click.option("--day", type=DayType(), help="The day of the talks.  [today]")
@clinician_option
@click.option("--form", type=click.Choice(get_args(Form)), help="How pages are set.  [as each plan asks]")
@click.option("--paper", type=click.Choice(get_args(Paper)), default="a4", show_default=True, help="The paper.")
@click.option("--lang", default="en", show_default=True, metavar="CODE", help="The language, such as es or es-MX.")
@purpose_option
@nats_url_option
def session(
    whose: str,
    output: Output,
    day: date | None,
    clinician: str | None,
    form: Form | None,
    paper: Paper,
    lang: str,
    nats_url: str | None,
) -> None:
    """Write the pages for talks as a PDF: of one patient, or of all who have a review on the day.

    A page has the patient's words, the scale without a number, the week, what went well, and one question. It is made
    for the patient's own session, so it is no disclosure; who reads it is recorded. What goes to somebody outside goes
    by `cairn export fhir`. Only the owner may read the file, and it replaces another only with --replace.
    """
    from services.gateway.pages.language import language_of, languages
    from services.gateway.pages.pdf import PdfUnavailable, check_available

    org, patient = _named(whose)
    language = language_of([lang.partition("-")[0]], lang)
    if language.code != lang.partition("-")[0]:
        raise click.UsageError(f"--lang is one of {', '.join(languages())}, with a region behind it or without.")
    if patient is not None and clinician is not None:
        raise click.UsageError("--clinician is for the talks of an organisation; leave the patient out.")
    try:
        check_available()
    except PdfUnavailable as missing:
        raise click.ClickException(str(missing)) from None
    _refuse_terminal(output)
    output.refuse_existing()
    found = asyncio.run(_read(nats_url, org, patient, day, clinician))
    pages, made = _made(language, found, form, paper, day)
    if not pages:
        raise click.ClickException(
            f"There is nothing to print: {whose} has {'no open goal' if patient else 'no review on that day'}."
        )
    if output.is_stdout:
        sys.stdout.buffer.write(made)
    else:
        with output.new_file() as target:
            target.write_bytes(made)
    told = f"{len(found)} patient{'s' * (len(found) != 1)}, {pages} page{'s' * (pages != 1)}"
    click.echo(f"{told}: {output.name}", err=output.is_stdout)


def _refuse_terminal(output: Output) -> None:
    if output.is_stdout and sys.stdout.isatty():
        raise click.UsageError("A PDF is nothing for a terminal. Name a file, or lead standard output into one.")


def _named(whose: str) -> tuple[str, str | None]:
    from events.identity import is_token

    org, _, patient = whose.partition(".")
    if not is_token(org) or (patient and not is_token(patient)) or whose.endswith("."):
        raise click.UsageError("Name an organisation, or a patient as ORG.PATIENT: letters, digits, - and _.")
    return org, patient or None


async def _read(
    nats_url: str | None, org: str, patient: str | None, day: date | None, clinician: str | None
) -> list[Json]:
    from services.cli.reading import read

    async with connected(nats_url) as nc:
        if patient is not None:
            found = await read(nc, f"/v1/orgs/{org}/patients/{patient}/session", day=day)
            return [found] if found["sheets"] else []
        sessions: list[Json] = []
        cursor = None
        while True:
            page = await read(
                nc, f"/v1/orgs/{org}/session", day=day, clinician=clinician, limit=_PAGE_REVIEWS, cursor=cursor
            )
            sessions += page["items"]
            cursor = page["next"]
            if not cursor:
                return sessions


def _made(
    language: "Language", sessions: list[Json], form: Form | None, paper: Paper, day: date | None
) -> tuple[int, bytes]:
    """How many sheets there are, and the PDF of them."""
    from services.gateway.pages.pdf import pdf_of
    from services.gateway.pages.rendering import by_itself
    from services.gateway.pages.session.view import sheets

    views = sheets(language, sessions, form, day)
    if not views:
        return 0, b""
    html = by_itself("session_print.html", language, title=views[0].talk, views=views)
    return len(views), pdf_of(html, paper)
