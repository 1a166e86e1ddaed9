"""The root of the command line. Only click is imported here; each command brings its own."""

import sys
from io import TextIOWrapper

import click

from services.cli.lazy import Lazy, LazyGroup

_COMMANDS = {
    "up": Lazy("services.cli.up", "up", "Start everything on this machine: the log, every service, the projections."),
    "serve": Lazy("services.cli.serve", "serve", "Run one service by itself."),
    "submit": Lazy("services.cli.submit", "submit", "Submit events, one JSON line each, and print the outcomes."),
    "import": Lazy("services.cli.imports", "imports", "Bring goals in from other systems."),
    "export": Lazy("services.cli.exports", "exports", "Hand goals on, print pages for talks, or prove a history."),
    "goals": Lazy("services.cli.goals", "goals", "List goals, or show one as it is or was."),
    "reviews": Lazy("services.cli.reviews", "reviews", "List the reviews that are coming up, due or overdue."),
    "disclosures": Lazy("services.cli.disclosures", "disclosures", "List to whom a patient's data was disclosed."),
    "access": Lazy("services.cli.access", "access", "See who read a patient's data."),
    "templates": Lazy("services.cli.templates", "templates", "List goal templates, or show one."),
    "replay": Lazy("services.cli.replay", "replay", "Tell a goal's whole history, from the log itself."),
    "sign-in": Lazy("services.cli.sign_in", "sign_in", "Print a link that signs a browser in, once."),
    "token": Lazy("services.cli.token", "token", "Make, list and revoke the tokens of this Cairn's own issuer."),
    "log": Lazy("services.cli.log", "log", "Check the log, back it up, and bring it back."),
    "notary": Lazy("services.cli.notary", "notary", "Make the log's notary, see how it is, and change its keys."),
    "witness": Lazy("services.cli.witness", "witness", "Cosign the checkpoints of logs, and count one's own events."),
    "projections": Lazy("services.cli.projections", "projections", "See how far the projections have come."),
    "bench": Lazy("services.cli.bench", "bench", "Measure how fast Cairn is on this machine, beside its peers."),
    "schemas": Lazy("services.cli.schemas", "schemas", "List, show, write and check the published JSON Schemas."),
}


@click.group(
    cls=LazyGroup,
    commands=_COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(package_name="cairn", message="%(prog)s %(version)s")
def cairn() -> None:
    """Cairn keeps the personal goals that drive addiction treatment, as events that are never taken away.

    A command ends with 0 when it has done what it was asked. It ends with 1 when it could not, or has found something
    wrong, and with 2 when its options or settings are not right. Where a command means more by a code, its help says
    so.
    """


def main() -> None:
    """The entry point of the `cairn` command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal that cannot show a sign gets a question mark
            stream.reconfigure(errors="replace")
    cairn(prog_name="cairn")
