"""The page Operations: whether everything is shown, and if not, what to do; then each part by itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.gateway.pages.language import Language
from services.gateway.pages.operations.facts import Fact, moment
from services.gateway.pages.operations.names import Chip, chip, projection_name, service_name
from services.gateway.pages.operations.notices import Notice, notice
from services.gateway.pages.operations.proof import proof_acts, proof_facts

Json = Mapping[str, Any]  # a JSON object of mixed values
_KIB = 1024


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
class LogView:
    """A stream of the log; its name where there are several."""

    name: str
    facts: Sequence[Fact]


@dataclass(frozen=True, slots=True)
class ProofView:
    """The proof of a stream of the log; its name where there are several.

    Attributes:
        acts: What was done last with its notary, the newest first.
    """

    name: str
    facts: Sequence[Fact]
    acts: Sequence[Fact]


@dataclass(frozen=True, slots=True)
class OperationsView:
    """The page.

    Attributes:
        first, then: What is so in general, in two sentences.
        projections: None where their database cannot be read.
        proofs: What is signed and witnessed of each stream of the log.
        at: As of when.
    """

    first: str
    then: str
    notices: Sequence[Notice]
    projections: Sequence[ProjectionLine] | None
    logs: Sequence[LogView]
    proofs: Sequence[ProofView]
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
        [notice(language, each) for each in report["troubles"]],
        None if statuses is None else [_projection(language, each, several=several) for each in statuses],
        [LogView(each["stream"] if several else "", list(_facts(language, each))) for each in report["log"]],
        [_proof(language, each, several=several) for each in report["proof"]],
        [_service(language, each) for each in report["services"]],
        report["at"],
    )


def _projection(language: Language, status: Json, *, several: bool) -> ProjectionLine:
    building = status["building"]
    unknown = status["state"] == "log_replaced"
    lag, seconds = status["lag"], status["lag_seconds"]
    return ProjectionLine(
        title=projection_name(language, status["name"]),
        name=status["name"],
        stream=status["stream"] if several else "",
        chip=chip(language, status["state"]),
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


def _proof(language: Language, proof: Json, *, several: bool) -> ProofView:
    facts, acts = list(proof_facts(language, proof)), list(proof_acts(language, proof))
    return ProofView(proof["stream"] if several else "", facts, acts)


def _service(language: Language, service: Json) -> ServiceLine:
    return ServiceLine(
        service_name(language, service["name"]),
        service["stream"] or "",
        chip(language, service["state"]),
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
            _("%(position)s, recorded on %(when)s", position=place, when=moment(language, recorded))
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
    when = moment(language, care["at"])
    if care["sound"]:
        said = language.gettext(
            "%(when)s, up to event %(position)s, nothing is wrong",
            when=when,
            position=language.number(care["position"]),
        )
        return Fact(name, said)
    return Fact(name, language.gettext("%(when)s, not everything is right", when=when), "cairn log verify")


def _size(language: Language, count: int) -> str:
    size, unit = float(count), "B"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if size < _KIB:
            break
        size, unit = size / _KIB, larger
    return f"{language.number(round(size, 1))} {unit}"
