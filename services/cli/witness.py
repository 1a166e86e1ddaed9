"""`cairn witness`: cosign the checkpoints of logs, and count one's own organisation's events, on one's own machine."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from services.cli.lazy import Group
from services.cli.parameters import json_option, nats_url_option
from services.cli.printing import Json, number_of, print_json, printable

if TYPE_CHECKING:
    from events.transparency.keys import VerifierKey
    from services.settings import Settings
    from services.witness.identity import WitnessFolder
    from services.witness.records import Records

_SHOWN_EVIDENCE = 20


@click.group(cls=Group)
def witness() -> None:
    """Run a witness: it cosigns what only grows, and tells loudly what does not.

    Its keys and records are in CAIRN_WITNESS_DIR. docs/witness.md tells what a witness says and what it does not.
    """


@witness.command()
@click.option(
    "--name", required=True, metavar="NAME", help="Such as witness.northside.example/cairn, without https://."
)
def init(name: str) -> None:
    """Make a witness, once, and print the lines by which policies name it."""
    from services.cli.running import make_files_for_the_owner_alone
    from services.witness.identity import WitnessFolder
    from services.witness.records import Records

    make_files_for_the_owner_alone()
    folder = WitnessFolder(_settings().witness_dir)
    identity = folder.make(name, datetime.now(UTC))
    Records.make(folder.records_file, identity.records)
    _print_policy_lines(folder)


@witness.command()
@click.argument("vkey", metavar="NAME+ID+KEY")
@click.option("--size", type=click.IntRange(1, 2**63 - 1), help="With --root: begin from the tree of this size.")
@click.option("--root", metavar="BASE64", help="The root of that tree.")
def trust(vkey: str, size: int | None, root: str | None) -> None:
    """Trust a key of a log (NAME+ID+KEY), also a further one, or that of its statements.

    The first checkpoint of a log is believed; with --size and --root, only one that extends that tree is.
    """
    from events.transparency.keys import strict_base64
    from services.witness.witnessing import trust as trust_key

    pinned = None
    if size is not None or root is not None:
        decoded = strict_base64(root or "")
        if size is None or decoded is None or len(decoded) != 32:
            raise click.UsageError("--size and --root go together; a root is 32 bytes in base64, as in a checkpoint.")
        pinned = (size, decoded)
    key = _read_key(vkey)
    with _opened() as (folder, records):
        trust_key(records, key, (folder.cosignature_key(), folder.statement_key()), pinned)
    click.echo(f"{key.name} is trusted with the key {key.id.hex()}.")


@witness.command()
@click.argument("vkey", metavar="NAME+ID+KEY")
def distrust(vkey: str) -> None:
    """Trust a key of a log no longer. What was cosigned stays."""
    key = _read_key(vkey)
    with _opened() as (_, records):
        was_trusted = records.distrust(key)
    if not was_trusted:
        raise click.ClickException("This key was not trusted; cairn witness status lists those that are.")
    click.echo(f"{key.name} is no longer trusted with the key {key.id.hex()}.")


@witness.command()
def recount() -> None:
    """Begin to count the organisation's events anew, after the log has begun a new generation.

    Stop the witness first. What was cosigned stays; a copy of all records as they were is kept beside them.
    """
    from services.witness.event_count import forget_count

    with _opened() as (folder, records):
        copy = folder.folder / f"records-before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.db"
        records.copy_to(copy)
        forget_count(records)
    click.echo(f"Counting begins anew when the witness is started. What was counted before is kept in {copy}.")


@witness.command()
@nats_url_option
def serve(nats_url: str | None) -> None:
    """Serve HTTP, and count the events of CAIRN_WITNESS_ORG, until Ctrl-C or SIGTERM."""
    from services.cli.connection import nats_address
    from services.cli.running import make_files_for_the_owner_alone
    from services.cli.serve import run_service
    from services.witness.service import serve as serve_witness

    make_files_for_the_owner_alone()
    settings = _settings()
    settings = _settings(nats_url=nats_address(nats_url, settings))
    run_service("witness", lambda ready: serve_witness(settings, ready))


@witness.command()
@json_option
def status(as_json: bool) -> None:
    """Say whom the witness trusts, what it has cosigned and counted, and what it refused.

    The exit code is 1 where a log has shown two histories, or other events than those that were counted, and where the
    records are older than what the witness itself has signed.
    """
    with _opened() as (folder, records):
        found = _status(folder, records)
    if as_json:
        print_json(found)
    else:
        _print_status(found)
    if found["put_back"] or found["forks"] or (found["counted"] or {}).get("contradiction"):
        raise SystemExit(1)


def _settings(**given: str | None) -> "Settings":
    from services.cli.configuration import load_settings

    return load_settings(**given)


def _read_key(vkey: str) -> "VerifierKey":
    from events.transparency.keys import parse_verifier_key
    from events.transparency.refusals import NotProven

    try:
        return parse_verifier_key(vkey)
    except NotProven as why:
        raise click.UsageError(f"“{printable(vkey)[:80]}” is no key of a log: {why}.") from None


@contextmanager
def _opened() -> Iterator[tuple["WitnessFolder", "Records"]]:
    from services.witness.identity import WitnessFolder
    from services.witness.records import Records

    folder = WitnessFolder(_settings().witness_dir)
    with closing(Records(folder.records_file, folder.identity().records)) as records:
        yield folder, records


def _print_policy_lines(folder: "WitnessFolder") -> None:
    key, statements = folder.cosignature_key().verifier, folder.statement_key().verifier
    click.echo(f"The witness {key.name} is made. Whoever trusts it writes into a policy:")
    click.echo(f"witness {key.name} {key} https://{key.name}")
    click.echo(f"log {statements}")


def _status(folder: "WitnessFolder", records: "Records") -> Json:
    from services.witness.event_count import summary_of

    logs, forks = [], []
    for origin in records.known_origins():
        state, fork = records.state(origin), records.fork(origin)
        if state is not None:
            logs.append({"origin": origin, "size": state.size, "at": _instant(state.at)})
        if fork is not None:
            forks.append({"origin": origin, "reason": fork})
    count = summary_of(records)
    return {
        "witness": str(folder.cosignature_key().verifier),
        "statements": str(folder.statement_key().verifier),
        "trusted": [str(key) for key in records.trusted()],
        "logs": logs,
        "put_back": records.put_back(),
        "forks": forks,
        "evidence": [
            {"origin": each.origin, "at": _instant(each.at), "reason": each.reason} for each in records.evidence()
        ],
        "counted": None if count is None else {**count._asdict(), "began": _instant(count.began)},
    }


def _print_status(found: Json) -> None:
    from services.notary.wording import leaves

    click.echo(f"witness     {found['witness']}\nstatements  {found['statements']}")
    for key in found["trusted"]:
        click.echo(f"trusts      {key}")
    for log in found["logs"]:
        click.echo(f"cosigned    {log['origin']}: {leaves(log['size'])}, last {log['at'] or 'never'}")
    if (counted := found["counted"]) is not None:
        spans = ", ".join(f"{first:,} to {last:,}" for first, last in counted["spans"]) or "none"
        heard = number_of(counted["heard"], "event")
        click.echo(
            f"counted     {counted['org']}: {heard} heard, {counted['told']:,} told by the gateway,"
            f" since {counted['began']}; all events of the positions {spans}"
        )
        if counted["contradiction"]:
            click.echo(f"WRONG       {printable(counted['contradiction'])}")
    if found["put_back"]:
        click.echo(f"WRONG       {printable(found['put_back'])}")
    for fork in found["forks"]:
        click.echo(f"WRONG       {fork['origin']}: {printable(fork['reason'])}")
    for each in found["evidence"][-_SHOWN_EVIDENCE:]:
        click.echo(f"refused     {each['at']} {each['origin']}: {printable(each['reason'])}")


def _instant(seconds: int) -> str | None:
    return datetime.fromtimestamp(seconds, UTC).isoformat() if seconds else None
