"""What asks for somebody, in words: what is so, what it means, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from services.gateway.pages.language import Language
from services.gateway.pages.operations.facts import lasting
from services.gateway.pages.operations.names import Chip, Look, projection_name, service_name
from services.gateway.troubles import Trouble

Json = Mapping[str, Any]  # a JSON object of mixed values


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that asks for somebody.

    Attributes:
        what: What is so.
        to_do: What that means, and what to do.
        command: The command that helps; empty where none does.
        detail: What the service itself says, which is not translated.
    """

    chip: Chip
    what: str
    to_do: str
    command: str
    detail: str


class _Words(NamedTuple):
    """What is said of a trouble. Each sentence stands by itself, so that a language can put it in its own way."""

    chip: str
    what: str
    to_do: str
    command: str = ""


def notice(language: Language, trouble: Json) -> Notice:
    """A trouble of a report, in words."""
    code: Trouble = trouble["code"]
    part = code.partition(".")[0]
    of_part = {"log": _of_log, "projection": _of_projections, "proof": _of_proof}
    words = of_part.get(part, _of_services)(language, trouble)
    look: Look = "hollow" if code in ("projection.building", "projection.unbuilt") else "wait"
    return Notice(Chip(words.chip, look), words.what, words.to_do, words.command, trouble["detail"] or "")


def _of_log(language: Language, trouble: Json) -> _Words:
    _ = language.gettext
    number = trouble["events"] or 0
    code: Trouble = trouble["code"]
    if code == "log.unavailable":
        to_do = _("Nothing can be recorded, and pages may be behind. See whether nats-server runs.")
        return _Words(_("silent"), _("The log does not answer."), to_do)
    if code == "log.full":
        to_do = _("Nothing is recorded until there is room: see to the disk and the limits of nats-server.")
        return _Words(_("no room"), _("The log stores nothing more."), to_do)
    if code == "log.unfit":
        to_do = _("Nothing is recorded until it is set up as declared.")
        return _Words(_("set up wrongly"), _("The log is set up so that it would forget."), to_do, "cairn log declare")
    if code == "log.missing":
        what = language.ngettext(
            "One event has gone from the log.", "%(number)s events have gone from the log.", number
        )
        to_do = _("Only a backup brings them back. The goals that they are about take no further events.")
        return _Words(_("missing"), what, to_do, "cairn log restore FOLDER")
    if code == "log.replaced":
        what = _("The log is another one than the one that was read before.")
        to_do = _("Nothing is recorded. Put the right log back, or go on with this one.")
        return _Words(_("another log"), what, to_do, "cairn log adopt")
    what = language.ngettext(
        "When the log was last read through, one thing was wrong.",
        "When the log was last read through, %(number)s things were wrong.",
        number,
    )
    return _Words(_("not right"), what, _("Read it through again, which says what it is."), "cairn log verify")


def _of_services(language: Language, trouble: Json) -> _Words:
    _ = language.gettext
    code: Trouble = trouble["code"]
    if code == "goals.unavailable":
        what = _("Nobody answers who records what is submitted.")
        return _Words(_("silent"), what, _("Start the goals service, and look into its log file."), "cairn serve goals")
    if code == "goals.not_recording":
        to_do = _("Nothing is lost: senders are told so. The goals service says why.")
        return _Words(_("not recording"), _("What is submitted is not recorded."), to_do)
    if code == "access.not_recorded":
        to_do = _("So nothing about a patient is shown. See to the service of the record.")
        return _Words(_("not recording"), _("Who reads cannot be recorded."), to_do, "cairn serve access")
    name = trouble["about"]
    what = _("%(service)s: no answer.", service=service_name(language, name))
    return _Words(_("silent"), what, _silent(language, name), f"cairn serve {name}")


def _of_projections(language: Language, trouble: Json) -> _Words:
    _ = language.gettext
    code: Trouble = trouble["code"]
    name = projection_name(language, trouble["about"])
    number = trouble["events"] or 0
    if code == "projection.unknown":
        to_do = _("No page can be shown. What was recorded is safe in the log. See to the database.")
        return _Words(_("not known"), _("The database of the projections cannot be read."), to_do)
    if code == "projection.behind":
        what = language.ngettext(
            "%(projection)s: one event behind, about %(time)s.",
            "%(projection)s: %(number)s events behind, about %(time)s.",
            number,
            projection=name,
            time=lasting(language, trouble["seconds"]),
        )
        return _Words(_("behind"), what, _("Pages may not show the newest yet. Nothing to do unless it grows."))
    if code == "projection.quarantined":
        what = language.ngettext(
            "%(projection)s: one event waits that could not be taken in.",
            "%(projection)s: %(number)s events wait that could not be taken in.",
            number,
            projection=name,
        )
        to_do = _("The goals that they are about stay as they were. Everything else goes on.")
        return _Words(_("held back"), what, to_do, f"cairn projections quarantine retry {trouble['about']}")
    if code == "projection.stopped":
        to_do = _("Pages show what was so when it stopped. Start it again.")
        what = _("%(projection)s: stopped.", projection=name)
        return _Words(_("stopped"), what, to_do, "cairn serve projections")
    what = _being_built(language, name, trouble["percent"])
    if code == "projection.unbuilt":
        return _Words(_("being built"), what, _("Until it is there, the pages that need it cannot be shown."))
    return _Words(_("being built"), what, _("The former one serves until the two agree. Nothing to do."))


def _of_proof(language: Language, trouble: Json) -> _Words:
    _ = language.gettext
    code: Trouble = trouble["code"]
    number = trouble["events"] or 0
    if code == "proof.stopped":
        what = _("STOPPED: the notary signs nothing any more.")
        to_do = _(
            "What the log holds does not go on from what was signed before: it was changed, shortened, or an older one"
            " was put back. Find out which. Put the right log back, or begin a new generation that everybody will see."
        )
        return _Words(_("stopped"), what, to_do, "cairn notary status")
    if code == "proof.altered":
        what = language.ngettext(
            "One event is not as it was signed.", "%(number)s events are not as they were signed.", number
        )
        to_do = _(
            "Somebody or something has changed the log behind Cairn. Keep everything as it is, and find out which."
        )
        return _Words(_("changed"), what, to_do, "cairn log audit")
    if code == "proof.silent":
        to_do = _("Recording goes on, and is not signed until the notary runs again.")
        return _Words(_("silent"), _("The notary does not answer."), to_do, "cairn serve notary")
    if code == "proof.waiting":
        to_do = _("It goes on by itself once that is over. Until then what is new could be changed unseen.")
        return _Words(_("waiting"), _("The notary waits, and signs nothing for now."), to_do, "cairn notary status")
    if code == "proof.behind":
        what = language.ngettext(
            "One event waits to be signed, for about %(time)s.",
            "%(number)s events wait to be signed, the first for about %(time)s.",
            number,
            time=lasting(language, trouble["seconds"]),
        )
        return _Words(_("behind"), what, _("Until then they could be changed unseen. The notary’s log says why."))
    if code == "proof.unpublished":
        what = language.ngettext(
            "One event is signed and not published, for about %(time)s: too few witnesses have cosigned.",
            "%(number)s events are signed and not published, the first for about %(time)s: too few witnesses have"
            " cosigned.",
            number,
            time=lasting(language, trouble["seconds"]),
        )
        to_do = _("Until enough have, nobody outside vouches for them. See which witnesses do not answer, and why.")
        return _Words(_("not published"), what, to_do, "cairn notary status")
    if code == "proof.policy":
        to_do = _("What it asked for before still counts. Correct the file; the notary takes it up by itself.")
        return _Words(_("policy"), _("The policy of the notary cannot be read."), to_do, "cairn notary status")
    if code == "proof.unwitnessed":
        what = _("Too few witnesses cosign what is signed.")
        to_do = _("Nobody outside could tell another history from this one. See which witnesses do not answer.")
        return _Words(_("not witnessed"), what, to_do, "cairn notary status")
    what = _("The witness %(name)s does not cosign.", name=trouble["about"])
    return _Words(_("witness"), what, _("Nothing is published while too few are left. Tell whoever runs it."))


def _silent(language: Language, service: str) -> str:
    if service == "reminders":
        return language.gettext("No notice of a review is given until it runs again. None is lost.")
    return language.gettext("What waits to be recorded waits on, and is not lost. Start it again.")


def _being_built(language: Language, name: str, percent: int | None) -> str:
    if percent is None:
        return language.gettext("%(projection)s: not built yet.", projection=name)
    return language.gettext(
        "%(projection)s: being built, %(percent)s of 100.", projection=name, percent=language.number(percent)
    )
