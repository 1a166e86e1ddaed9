"""`cairn export fhir`: what an organisation or a patient has, as FHIR resources."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import click

from services.cli.disclosing import destination, disclosure_options
from services.cli.exporting import Exported, Release, export_patients
from services.cli.new_file import STDOUT, Output, output_options
from services.cli.parameters import IdType, json_option, nats_url_option, org_option
from services.cli.printing import Json
from services.cli.resource_file import Form, ResourceWriter, opened


@click.command()
@org_option
@click.option("--patient", type=IdType(), help="Only this patient.  [all of the organisation]")
@disclosure_options
@click.option("--without-history", is_flag=True, help="Leave out who did what when (Provenance).")
@click.option("--version", type=click.Choice(["R4", "R5"]), default="R4", show_default=True, help="The FHIR release.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["ndjson", "bundle"]),
    default="ndjson",
    show_default=True,
    help="One resource a line, or one Bundle (collection).",
)
@output_options("FILE|-", default=STDOUT, show_default=True)
@click.option(
    "--base-url",
    metavar="URL",
    help="In a bundle: the FHIR address under which the resources are known.  [CAIRN_PUBLIC_URL, or the gateway here]",
)
@json_option
@nats_url_option
def fhir(
    org: str,
    patient: str | None,
    version: Release,
    form: Form,
    output: Output,
    base_url: str | None,
    as_json: bool,
    nats_url: str | None,
    **to: Any,
) -> None:
    """Write patients, plans, goals, scores and the provenance of every event as FHIR.

    The goals come from the log itself, and their patients, unless one is named, from the gateway. A file appears when
    it is complete, only its owner may read it, and it replaces another only with --replace. `cairn import fhir` takes
    it back.

    What goes to somebody outside is a disclosure: it needs the patient's consent, or a stated ground, and is recorded
    before it is written. The notice of 42 CFR 2.32 and the scope of the consent go along, in a file as FILE.notice.txt
    too. Of several patients, those without are left out and named, and the exit code is 1.

    With --json the summary is JSON; where the resources go to standard output, the summary goes to standard error.
    """
    where = destination(
        patient, f"The plan, goals, scores and entries as FHIR {version}", to, with_history=not to["without_history"]
    )
    notices = output.beside(".notice.txt")
    for each in (output, notices):
        each.refuse_existing()
    with opened(output) as target:
        labels = _labels() if where.request else ()
        writer = ResourceWriter(target, form, _base(base_url, version), labels=labels, ascii_only=output.is_stdout)
        writer.begin()
        exported = asyncio.run(export_patients(nats_url, org, patient, version, where, writer.write))
        writer.end()
        if exported.notices and not output.is_stdout:
            with opened(notices) as notice:
                notice.write("\n".join(exported.notices))
    _summary(exported, writer, output, as_json=as_json)
    if exported.left_out:
        raise click.exceptions.Exit(1)


def _summary(exported: Exported, writer: ResourceWriter, output: Output, *, as_json: bool) -> None:
    """Say what was written, and of whom nothing was."""
    to_stderr = output.is_stdout
    patients = exported.patients
    if as_json:
        summary: Json = {"patients": patients, "resources": dict(writer.counted), "output": output.name}
        if exported.left_out:
            summary["left_out"] = exported.left_out
        click.echo(json.dumps(summary), err=to_stderr)
        return
    counted = ", ".join(f"{count} {kind}" for kind, count in writer.counted.items()) or "nothing"
    click.echo(f"{patients} patient{'s' * (patients != 1)}: {counted}.", err=to_stderr)
    for each in exported.left_out:
        click.echo(f"Left out: {each['patient']} ({each['code']}). {each['detail']}", err=True)


def _labels() -> Sequence[Json]:
    from services.fhir.outgoing.disclosure import LABELS

    return LABELS


def _base(given: str | None, release: Release) -> str:
    from services.cli.configuration import load_settings
    from services.node.address import read_address

    if given:
        return given.rstrip("/")
    settings = load_settings()
    node = read_address(settings.data_dir)
    address = settings.public_url or (node.http_url if node else f"http://{settings.http_host}:{settings.http_port}")
    return f"{address.rstrip('/')}/fhir/{release}"
