"""The options by which an export names to whom data goes, what for, and on what ground."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import click

from services.cli.parameters import InstantType, operator_option

if TYPE_CHECKING:
    from events.plan.grounds import Ground
    from services.disclosure.request import DisclosureRequest, OnConsent

PATIENT, PROGRAM = "patient", "program"
"""For whom a copy is no disclosure: the patient, and those who work in the program itself."""
_GROUND_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "emergency": ("facility", "nature", "reason"),
    "research": ("protocol", "reason"),
    "audit": ("agency", "agreement", "reason"),
    "court-order": ("order", "subpoena", "reason"),
}
"""What each ground without consent asks to be said."""
_Command = Callable[..., Any]  # a command's callback, whatever it takes

Role = Literal["clinician", "supervisor", "system"]


@dataclass(frozen=True, slots=True)
class Destination:
    """Where an export goes.

    Attributes:
        request: What is disclosed, and to whom; None for a copy that is no disclosure.
        by: Who discloses, an opaque id, and in which role.
        with_history: Whether the history of events goes along.
        purpose: What for, as `--purpose` says; None where a copy that is no disclosure names none.
    """

    request: "DisclosureRequest | None"
    by: str
    role: Role
    with_history: bool
    purpose: str | None


def disclosure_options(command: _Command) -> _Command:
    """`--to`, `--purpose`, `--ground`, and what each ground asks for."""
    from events.plan.consent_terms import PurposeCode

    options = (
        click.option(
            "--to",
            required=True,
            metavar="WHOM",
            help=f"Whom it is for: `{PATIENT}` (a copy for the patient), `{PROGRAM}` (it stays within the program), or"
            " the id of a recipient outside.",
        ),
        click.option("--to-name", metavar="TEXT", help="The recipient in words."),
        click.option("--to-address", metavar="TEXT", help="The recipient's address, where known."),
        click.option("--to-person", is_flag=True, help="The recipient is a person, not an organisation."),
        click.option("--purpose", type=click.Choice(get_args(PurposeCode)), help="What for (v3-ActReason)."),
        click.option("--purpose-text", metavar="TEXT", help="What for, in words."),
        click.option(
            "--ground",
            type=click.Choice(["consent", *_GROUND_OPTIONS]),
            default="consent",
            show_default=True,
            help="Why it may be disclosed: 42 CFR 2.31, 2.51, 2.52, 2.53 or 2.61.",
        ),
        click.option("--consent", metavar="ID", help="The consent.  [the latest in force that covers it]"),
        click.option("--member-of", metavar="CLASS", help="The class that the consent names the recipient by."),
        click.option("--reason", metavar="TEXT", help="Without consent: why."),
        click.option("--facility", metavar="TEXT", help="Emergency: the recipient's facility."),
        click.option("--nature", metavar="TEXT", help="Emergency: its nature."),
        click.option("--at", type=InstantType(), help="Emergency: when it is disclosed.  [now]"),
        click.option("--protocol", metavar="TEXT", help="Research: the protocol or approval."),
        click.option("--agency", metavar="TEXT", help="Audit: for which agency."),
        click.option("--agreement", metavar="TEXT", help="Audit: where the written agreement is."),
        click.option("--order", metavar="TEXT", help="Court order: which."),
        click.option("--subpoena", metavar="TEXT", help="Court order: the subpoena that goes with it."),
        click.option("--describe", metavar="TEXT", help="What is disclosed, in short, as the patient will read it."),
        operator_option,
        click.option(
            "--role",
            type=click.Choice(get_args(Role)),
            default="system",
            show_default=True,
            help="The role in which --by discloses.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def destination(
    patient: str | None, described: str, given: Mapping[str, Any], *, with_history: bool = True
) -> Destination:
    """The destination that the options name.

    Args:
        patient: The patient whose data it is; None for several.
        described: What is exported, unless `--describe` says it.
        given: The options by their names.
        with_history: Whether the history of events goes along.

    Raises:
        click.UsageError: an option is missing, or has no usable value.
    """
    if given["to"] in (PATIENT, PROGRAM):
        if given["to"] == PATIENT and patient is None:
            raise click.UsageError("--to patient is a copy for one patient: name the patient.")
        return Destination(None, given["by"], given["role"], with_history, given["purpose"])
    request = _request(described, with_history, given)
    return Destination(request, given["by"], given["role"], with_history, given["purpose"])


def _request(described: str, with_history: bool, given: Mapping[str, Any]) -> "DisclosureRequest":
    from pydantic import ValidationError

    from events.plan.consent_terms import Purpose, Recipient
    from events.wrong_values import wrong_values
    from services.disclosure.request import DisclosureRequest

    _needed(f"--to {given['to']}", given, ("to_name", "purpose"))
    recipient = {
        "kind": "person" if given["to_person"] else "organisation",
        "id": given["to"],
        "text": given["to_name"],
        "address": given["to_address"],
    }
    try:
        return DisclosureRequest(
            Recipient.model_validate(recipient),
            Purpose(code=given["purpose"], text=given["purpose_text"]),
            _ground(given),
            ("goals", "history") if with_history else ("goals",),
            given["describe"] or described,
        )
    except ValidationError as error:
        wrong = wrong_values(error)[0]
        raise click.UsageError(f"{wrong.field}: {wrong.sentence}") from None


def _ground(given: Mapping[str, Any]) -> "OnConsent | Ground":
    from datetime import UTC, datetime

    from events.plan.grounds import AuditOrEvaluation, CourtOrder, Emergency, Research
    from services.disclosure.request import OnConsent

    ground: str = given["ground"]
    if ground == "consent":
        return OnConsent(given["consent"], given["member_of"])
    names = _GROUND_OPTIONS[ground]
    _needed(f"--ground {ground}", given, names)
    said = {name: given[name] for name in names}
    match ground:
        case "emergency":
            return Emergency(section="2.51", at=given["at"] or datetime.now(UTC), **said)
        case "research":
            return Research(section="2.52", **said)
        case "audit":
            return AuditOrEvaluation(section="2.53", **said)
    return CourtOrder(section="2.61", **said)


def _needed(whose: str, given: Mapping[str, Any], names: tuple[str, ...]) -> None:
    missing = [f"--{name.replace('_', '-')}" for name in names if not given[name]]
    if missing:
        raise click.UsageError(f"{whose} needs {', '.join(missing)} as well.")
