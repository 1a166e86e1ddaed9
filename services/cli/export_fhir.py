"""`cairn export fhir`: what an organisation or a patient has, as FHIR resources."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Literal

import click

from events.identity import PLAN, GoalId, is_token
from services.cli.connection import connected
from services.cli.parameters import json_option, nats_url_option, org_option
from services.cli.printing import Json
from services.cli.progress import SlowProgress
from services.cli.resource_file import STDOUT, Form, ResourceWriter, opened

if TYPE_CHECKING:
    from events.log.client.resilient import ResilientClient

Release = Literal["R4", "R5"]
_OPENED = "cairn.plan.opened.v1"
"""Every patient has a plan, so the events of this type name them all."""


@click.command()
@org_option
@click.option("--patient", help="Only this patient.  [all of the organisation]")
@click.option("--version", type=click.Choice(["R4", "R5"]), default="R4", show_default=True, help="The FHIR release.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["ndjson", "bundle"]),
    default="ndjson",
    show_default=True,
    help="One resource a line, or one Bundle (collection).",
)
@click.option(
    "--output", metavar="FILE|-", default=STDOUT, show_default=True, help="Where to write; - is standard output."
)
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
    output: str,
    base_url: str | None,
    as_json: bool,
    nats_url: str | None,
) -> None:
    """Write patients, plans, goals, scores and the provenance of every event as FHIR.

    The goals come from the log itself, and their patients, unless one is named, from the gateway. A file appears when
    it is complete, and only its owner may read it. `cairn import fhir` takes it back.

    With --json the summary is JSON; where the resources go to standard output, the summary goes to standard error.
    """
    for name, value in (("--org", org), ("--patient", patient)):
        if value is not None and not is_token(value):
            raise click.UsageError(f"{name} must be 1 to 64 letters, digits, hyphens or underscores.")
    with opened(output) as target:
        writer = ResourceWriter(target, form, _base(base_url, version), ascii_only=output == STDOUT)
        writer.begin()
        patients = asyncio.run(_export(nats_url, org, patient, version, writer.write))
        writer.end()
    summary: Json = {"patients": patients, "resources": dict(writer.counted), "output": output}
    to_stderr = output == STDOUT
    if as_json:
        click.echo(json.dumps(summary), err=to_stderr)
    else:
        counted = ", ".join(f"{count} {kind}" for kind, count in writer.counted.items()) or "nothing"
        click.echo(f"{patients} patient{'s' * (patients != 1)}: {counted}.", err=to_stderr)


async def _export(
    nats_url: str | None, org: str, patient: str | None, release: Release, write: Callable[[Json], None]
) -> int:
    """Write everything, and give the number of patients."""
    from events.log import Log
    from services.cli.configuration import load_settings
    from services.fhir.outgoing.patient import history_of

    stream = load_settings().placement.stream_of(org)
    async with connected(nats_url) as nc:
        patients = [patient] if patient else [each async for each in _patients(nc, org)]
        log = Log(nc, stream)
        try:
            with SlowProgress("Exporting", len(patients)) as progress:
                for each in patients:
                    history = history_of(await log.read_patient(GoalId(org, each, PLAN)))
                    if patient and not history.events:
                        raise click.ClickException(
                            f"The log has no events of patient {patient} in {org}. Check --org and --patient."
                        )
                    for resource in history.resources(release):
                        write(resource)
                    progress.advance()
        finally:
            await log.close()
    return len(patients)


async def _patients(nc: "ResilientClient", org: str) -> AsyncIterator[str]:
    """The patients of an organisation, each once: a plan may be opened again."""
    from services.cli.reading import read

    seen: set[str] = set()
    cursor = None
    while True:
        page = await read(nc, f"/v1/orgs/{org}/audit", type=_OPENED, limit=200, cursor=cursor)
        for item in page["items"]:
            if item["patient"] not in seen:
                seen.add(item["patient"])
                yield item["patient"]
        cursor = page["next"]
        if not cursor:
            return


def _base(given: str | None, release: Release) -> str:
    from services.cli.configuration import load_settings
    from services.node.address import read_address

    if given:
        return given.rstrip("/")
    settings = load_settings()
    node = read_address(settings.data_dir)
    address = settings.public_url or (node.http_url if node else f"http://{settings.http_host}:{settings.http_port}")
    return f"{address.rstrip('/')}/fhir/{release}"
