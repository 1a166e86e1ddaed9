"""`cairn import fhir`: goals out of FHIR files."""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from events.vocabulary import UNASSIGNED
from services.cli.access_recording import purpose_option
from services.cli.connection import connected
from services.cli.parameters import json_option, nats_url_option, org_option
from services.cli.printing import number_of, print_json, print_table, printable
from services.cli.progress import SlowProgress

if TYPE_CHECKING:
    from events.log.client.resilient import ResilientClient
    from events.plan.types import Opened
    from services.fhir.incoming.documents import Document
    from services.fhir.incoming.known import Known
    from services.fhir.incoming.refusal import RefusedFile
    from services.fhir.incoming.submitting import Report, Result

_GOALS_SHOWN = 3


@click.command()
@click.argument("files", metavar="FILE|FOLDER...", nargs=-1, required=True, type=click.Path(path_type=Path))
@org_option
@click.option(
    "--time-zone",
    metavar="ZONE",
    default="UTC",
    show_default=True,
    help="The clinic's time zone, such as Europe/Vienna, in plans that the import opens.",
)
@click.option(
    "--clinician",
    metavar="WHO",
    default=UNASSIGNED,
    show_default=True,
    help="The id of the clinician in plans that the import opens.",
)
@json_option
@purpose_option
@nats_url_option
def fhir(
    files: tuple[Path, ...], org: str, time_zone: str, clinician: str, as_json: bool, nats_url: str | None
) -> None:
    """Import the goals in FHIR R4 and R5 files: single resources, bundles of any type, ndjson. Of a
    folder, its .json and .ndjson files are imported.

    Goals are taken over as the other system knew them, with the plan that they need. Importing a file again records
    nothing. A later version of a goal or score that is known is taken up; where the same was changed in Cairn too, it
    is reported and not overwritten. A file, line or goal that cannot be used is refused by name, and the rest of the
    run goes on.

    With --json, one line for each goal and score, and last the summary, counted in Goal resources and deletions. The
    exit code is 0 when the run came to its end, whatever was refused, and 1 when Cairn could not be reached or could
    not record.
    """
    report = asyncio.run(_import(files, org, _new_plan(time_zone, clinician), nats_url))
    if as_json:
        _print_lines(report, files)
    else:
        _print_tables(report, files)
    if report.unanswered:
        raise click.ClickException(
            "Not everything could be recorded. Import the same files again: what is recorded is not recorded twice."
        )


def _new_plan(time_zone: str, clinician: str) -> "Opened":
    from pydantic import ValidationError

    from events.plan.types import Opened
    from events.wrong_values import wrong_values

    try:
        return Opened(reasons=(), clinician=clinician, time_zone=time_zone)
    except ValidationError as error:
        first = wrong_values(error)[0]
        raise click.UsageError(f"--{str(first.where[0]).replace('_', '-')}: {first.sentence}") from None


async def _import(files: tuple[Path, ...], org: str, new_plan: "Opened", nats_url: str | None) -> "Report":
    from services.fhir.incoming.run import plan_run
    from services.fhir.incoming.submitting import ImportClient, submit_run

    async with connected(nats_url) as nc:
        documents, refused = _read(files)
        known = await _known(nc, nats_url, org, documents)
        run = plan_run(documents, refused, org, datetime.now(UTC), known=known, new_plan=new_plan)
        submissions = sum(len(patient.goals) + len(patient.scores) for patient in run.patients)
        with SlowProgress("Recording", submissions) as progress:
            return await submit_run(run, ImportClient(nc).submit, progress.advance)


async def _known(nc: "ResilientClient", nats_url: str | None, org: str, documents: "list[Document]") -> "Known":
    from events.log import Log
    from events.log.failures import LogUnreachable
    from services.cli.access_recording import CommandReadings
    from services.cli.configuration import load_settings
    from services.fhir.incoming.log_reading import read_known
    from services.fhir.incoming.people import tokens_to_know

    settings = load_settings()
    log = Log(nc, settings.placement.stream_of(org))

    async def record(patients: Collection[str]) -> None:
        if patients:
            async with connected(settings.access_nats_url or nats_url) as records:
                await CommandReadings(records).record(
                    {org: patients}, reading="goals", operation="import_fhir", interaction="search-type"
                )

    try:
        return await read_known(log, org, *tokens_to_know(documents), before=record)
    except LogUnreachable:
        raise click.ClickException(
            "The log does not answer, so there is no telling what is known already. Nothing was imported;"
            " import the same files again."
        ) from None
    finally:
        await log.close()


def _read(named: tuple[Path, ...]) -> "tuple[list[Document], list[RefusedFile]]":
    from services.fhir.incoming.documents import files_in, read_document
    from services.fhir.incoming.refusal import RefusedFile

    files, documents, refused = [], [], []
    for path in named:
        try:
            files += files_in(path)
        except RefusedFile as refusal:
            refused.append(refusal)
    with SlowProgress("Reading", len(files)) as progress:
        for file in files:
            try:
                documents.append(read_document(file))
            except RefusedFile as refusal:
                refused.append(refusal)
            progress.advance()
    return documents, refused


def _passed_over(named: tuple[Path, ...]) -> list[str]:
    """What stands in the folders and is not read."""
    from services.fhir.incoming.documents import passed_over

    return [str(each) for path in named for each in passed_over(path)]


def _print_lines(report: "Report", files: tuple[Path, ...]) -> None:
    for result in (*report.goals, *report.scores):
        line = {
            "file": result.file,
            "resource": result.reference,
            "goal": result.goal_id,
            "status": result.status,
            "code": result.code,
            "detail": result.detail,
            "not_taken_over": list(result.left_out),
        }
        print_json({name: value for name, value in line.items() if value}, indent=None)
    passed_over = _passed_over(files)
    print_json({**report.summary(), **({"passed_over": passed_over} if passed_over else {})}, indent=None)


def _print_tables(report: "Report", files: tuple[Path, ...]) -> None:
    by_file: dict[str, Counter[str]] = {}
    for result in report.goals:
        by_file.setdefault(result.file, Counter())[result.status] += 1
    if by_file:
        counts = ("recorded", "duplicate", "rejected")
        print_table(
            ("file", "goals", *counts),
            [(file, statuses.total(), *(statuses[count] for count in counts)) for file, statuses in by_file.items()],
            wide=("file",),
        )
    _print_rejections(report)
    _print_details(report)
    _print_left_out((*report.goals, *report.scores))
    _print_summary(report, _passed_over(files))


def _print_rejections(report: "Report") -> None:
    rejected = [result for result in (*report.goals, *report.scores) if result.status == "rejected"]
    if rejected:
        click.echo("Not recorded:")
        print_table(
            ("file", "resource", "because"),
            [
                (each.file, each.reference, f"{each.detail} ({each.code})" if each.code else each.detail)
                for each in rejected
            ],
            wide=("file", "resource", "because"),
        )


def _print_details(report: "Report") -> None:
    """Print what was taken up of later versions, and which versions were not."""
    explained = [each for each in (*report.goals, *report.scores) if each.detail and each.status != "rejected"]
    if explained:
        click.echo("Later and older versions:")
        print_table(
            ("file", "resource", "status", "detail"),
            [(each.file, each.reference, each.status, each.detail) for each in explained],
            wide=("file", "resource", "detail"),
        )


def _print_left_out(results: Iterable["Result"]) -> None:
    """Print each element that has no place in Cairn, with the first goals that had it."""
    of_goals: dict[str, dict[str, None]] = {}  # as lists in which nothing is twice
    for result in results:
        if result.status != "rejected":
            for element in result.left_out:
                of_goals.setdefault(element, {})[result.goal_id] = None
    if of_goals:
        click.echo("Not taken over, as it has no place in Cairn:")
        rows = []
        for element, left in of_goals.items():
            more = f" and {len(left) - _GOALS_SHOWN} more" if len(left) > _GOALS_SHOWN else ""
            rows.append((element, ", ".join([*left][:_GOALS_SHOWN]) + more))
        print_table(("element", "of"), rows, wide=("element", "of"))


def _print_summary(report: "Report", passed_over: list[str]) -> None:
    summary = report.summary()
    for refused in summary["refused_files"]:
        click.echo(f"Refused: {printable(refused['file'])}: {printable(refused['reason'])}")
    for line in report.refused_lines:
        click.echo(f"Refused: {printable(line.file)}, line {line.line}: {printable(line.reason)}")
    for path in passed_over:
        click.echo(f"Not read: {printable(path)}: of a folder only .json and .ndjson files are.")
    scores = Counter(result.status for result in report.scores)
    if not report.goals and not report.scores and not report.baselines:
        click.echo("No Goal and no score of a goal was found.")
    click.echo(
        f"{number_of(summary['goals'], 'goal')}: {summary['recorded']} recorded, {summary['duplicate']} already there,"
        f" {summary['rejected']} rejected."
    )
    if report.scores or report.baselines:
        click.echo(
            f"Scores: {report.baselines} as baselines, {scores['recorded']} recorded as progress,"
            f" {scores['duplicate']} already there, {scores['rejected']} rejected."
        )
