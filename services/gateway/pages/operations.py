"""The page Operations: whether everything is shown, and if not, what to do; then each part by itself."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from services.gateway.operations_report import Trouble
from services.gateway.pages.language import Language

Json = Mapping[str, Any]  # a JSON object of mixed values
_Said = Callable[[Language], str]
Look = Literal["", "wait", "hollow"]
"""How a chip looks: all is well, somebody is needed, or it is being seen to."""

_WELL = frozenset({"answering", "recording", "following", "connected", "live"})
_UNDER_WAY = frozenset({"building", "catching_up"})
_KIB = 1024

_PROJECTIONS: Mapping[str, _Said] = {
    "goal_state": lambda language: language.gettext("Current state of goals"),
    "audit_trail": lambda language: language.gettext("Audit trail"),
    "review_schedule": lambda language: language.gettext("Review schedule"),
    "access_record": lambda language: language.gettext("Who read what"),
}
_SERVICES: Mapping[str, _Said] = {
    "gateway": lambda language: language.gettext("Gateway"),
    "goals": lambda language: language.gettext("Goals"),
    "intake": lambda language: language.gettext("Intake"),
    "reminders": lambda language: language.gettext("Reminders"),
    "projections": lambda language: language.gettext("Projections"),
    "access": lambda language: language.gettext("Record of who reads"),
    "nats-server": lambda language: language.gettext("NATS"),
}
_STATES: Mapping[str, _Said] = {
    "answering": lambda language: language.gettext("answering"),
    "recording": lambda language: language.gettext("recording"),
    "following": lambda language: language.gettext("following the log"),
    "connected": lambda language: language.gettext("connected"),
    "silent": lambda language: language.gettext("does not answer"),
    "stopped": lambda language: language.gettext("stopped"),
    "replaced": lambda language: language.gettext("finds another log"),
    "unfit": lambda language: language.gettext("finds the log set up wrongly"),
    "unknown": lambda language: language.gettext("not known"),
    "live": lambda language: language.gettext("live"),
    "building": lambda language: language.gettext("being built"),
    "catching_up": lambda language: language.gettext("catching up"),
    "never_started": lambda language: language.gettext("never started"),
    "log_replaced": lambda language: language.gettext("built from another log"),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """A state: a shape and a word."""

    text: str
    look: Look


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


@dataclass(frozen=True, slots=True)
class ProjectionLine:
    """A projection, as `cairn projections status` tells it.

    Attributes:
        stream: The stream that it is built from, where there are several.
        behind, seconds: How far it is behind; a question mark where nobody can tell.
        building: What is being built beside it; empty for nothing.
        trouble: The last one, which is not translated.
    """

    title: str
    name: str
    stream: str
    chip: Chip
    position: int
    head: int
    behind: str
    seconds: str
    rate: str
    quarantined: int
    building: str
    trouble: str


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """A service.

    Attributes:
        since: Since when it serves; None where it does not say.
    """

    title: str
    stream: str
    chip: Chip
    version: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that is known of the log.

    Attributes:
        command: The command that would make it known; empty otherwise.
    """

    name: str
    text: str
    command: str = ""


@dataclass(frozen=True, slots=True)
class LogView:
    """A stream of the log; its name where there are several."""

    name: str
    facts: Sequence[Fact]


@dataclass(frozen=True, slots=True)
class OperationsView:
    """The page.

    Attributes:
        first, then: What is so in general, in two sentences.
        projections: None where their database cannot be read.
        at: As of when.
    """

    first: str
    then: str
    notices: Sequence[Notice]
    projections: Sequence[ProjectionLine] | None
    logs: Sequence[LogView]
    services: Sequence[ServiceLine]
    at: datetime


def operations_view(language: Language, report: Json) -> OperationsView:
    """What the page shows of a report."""
    _ = language.gettext
    if report["well"]:
        first, then = _("All is well."), _("Every page shows everything recorded so far.")
    else:
        first, then = _("Not all is well."), _("What it is, and what to do, stands here.")
    statuses = report["projections"]
    several = len(report["log"]) > 1
    return OperationsView(
        first,
        then,
        [_notice(language, each) for each in report["troubles"]],
        None if statuses is None else [_projection(language, each, several=several) for each in statuses],
        [LogView(each["stream"] if several else "", list(_facts(language, each))) for each in report["log"]],
        [_service(language, each) for each in report["services"]],
        report["at"],
    )


class _Words(NamedTuple):
    """What is said of a trouble. Each sentence stands by itself, so that a language can put it in its own way."""

    chip: str
    what: str
    to_do: str
    command: str = ""


def _notice(language: Language, trouble: Json) -> Notice:
    code: Trouble = trouble["code"]
    part = code.partition(".")[0]
    words = {"log": _of_log, "projection": _of_projections}.get(part, _of_services)(language, trouble)
    look: Look = "hollow" if code in ("projection.building", "projection.unbuilt") else "wait"
    return Notice(Chip(words.chip, look), words.what, words.to_do, words.command, trouble["detail"] or "")


def _of_log(language: Language, trouble: Json) -> _Words:
    _ = language.gettext
    number = trouble["events"] or 0
    code: Trouble = trouble["code"]
    if code == "log.unavailable":
        to_do = _("Nothing can be recorded, and pages may be behind. See whether nats-server runs.")
        return _Words(_("silent"), _("The log does not answer."), to_do)
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
    what = _("%(service)s: no answer.", service=_name(_SERVICES, language, name))
    return _Words(_("silent"), what, _silent(language, name), f"cairn serve {name}")


def _of_projections(language: Language, trouble: Json) -> _Words:
    _ = language.gettext
    code: Trouble = trouble["code"]
    name = _projection_name(language, trouble["about"])
    number = trouble["events"] or 0
    if code == "projection.unknown":
        to_do = _("No page can be shown. What was recorded is safe in the log. See to the database.")
        return _Words(_("not known"), _("The database of the projections cannot be read."), to_do)
    if code == "projection.behind":
        waiting = {"events": language.number(number), "seconds": language.number(round(trouble["seconds"]))}
        what = _("%(projection)s: %(events)s events behind, about %(seconds)s seconds.", projection=name, **waiting)
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


def _projection(language: Language, status: Json, *, several: bool) -> ProjectionLine:
    building = status["building"]
    unknown = status["state"] == "log_replaced"
    lag, seconds = status["lag"], status["lag_seconds"]
    return ProjectionLine(
        title=_projection_name(language, status["name"]),
        name=status["name"],
        stream=status["stream"] if several else "",
        chip=_chip(language, status["state"]),
        position=status["position"],
        head=status["head"],
        behind="?" if unknown or lag is None else language.number(lag),
        seconds="?" if unknown or seconds is None else language.number(round(seconds, 1)),
        rate=language.number(round(status["rate"])),
        quarantined=status["quarantined"],
        building=language.gettext(
            "version %(version)s, %(percent)s of 100",
            version=building["version"],
            percent=language.number(building["percent"]),
        )
        if building
        else "",
        trouble=f"{status['last_error_at'][:19]} {status['last_error']}" if status["last_error"] else "",
    )


def _service(language: Language, service: Json) -> ServiceLine:
    return ServiceLine(
        _name(_SERVICES, language, service["name"]),
        service["stream"] or "",
        _chip(language, service["state"]),
        service["version"] or "",
        service["since"],
    )


def _facts(language: Language, log: Json) -> Iterator[Fact]:
    _ = language.gettext
    if log["position"] is None:
        yield Fact(_("Last event"), _("not known: the log does not answer"))
    else:
        place = language.number(log["position"])
        recorded = log["recorded_at"]
        yield Fact(
            _("Last event"),
            _("%(position)s, recorded on %(when)s", position=place, when=_moment(language, recorded))
            if recorded
            else _("none yet"),
        )
        events = language.ngettext("one event", "%(number)s events", log["events"])
        if log["first"] > 1:
            yield Fact(_("First event"), language.number(log["first"]))
        yield Fact(_("Holds"), _("%(events)s, %(size)s", events=events, size=_size(language, log["bytes"])))
        most = log["most_bytes"]
        yield Fact(_("Room"), _size(language, most) if most else _("as much as the disk has"))
        yield Fact(_("Goals and plans"), language.number(log["goals"]))
    yield _care(language, _("Last read through"), log["verified"], "cairn log verify", known=log["care_known"])
    yield _care(language, _("Last backup"), log["backed_up"], "cairn log backup FOLDER", known=log["care_known"])


def _care(language: Language, name: str, care: Json | None, command: str, *, known: bool) -> Fact:
    if not known:
        return Fact(name, language.gettext("not known at the moment"))
    if care is None:
        return Fact(name, language.gettext("none noted yet"), command)
    when = _moment(language, care["at"])
    if care["sound"]:
        said = language.gettext(
            "%(when)s, up to event %(position)s, nothing is wrong",
            when=when,
            position=language.number(care["position"]),
        )
        return Fact(name, said)
    return Fact(name, language.gettext("%(when)s, not everything is right", when=when), "cairn log verify")


def _chip(language: Language, state: str) -> Chip:
    look: Look = "" if state in _WELL else "hollow" if state in _UNDER_WAY else "wait"
    return Chip(_name(_STATES, language, state), look)


def _projection_name(language: Language, name: str) -> str:
    return _name(_PROJECTIONS, language, name)


def _name(names: Mapping[str, _Said], language: Language, name: str) -> str:
    """What something of Cairn is called; what another package has brought along is called as that calls it."""
    return names[name](language) if name in names else name


def _moment(language: Language, at: datetime) -> str:
    return language.gettext("%(day)s, %(time)s UTC", day=language.day_with_year(at.date()), time=language.clock(at))


def _size(language: Language, count: int) -> str:
    size, unit = float(count), "B"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if size < _KIB:
            break
        size, unit = size / _KIB, larger
    return f"{language.number(round(size, 1))} {unit}"
