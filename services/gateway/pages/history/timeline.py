"""A history to read: every event of an export in words, in the order of the log, as one document by itself.

It is made of the very lines that are exported. It proves nothing: the checker that goes along tells the same from the
bytes of the events, and that is what counts. Of any number of events, one is in memory.
"""

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from pydantic_core import from_json

from events.attribute_headers import decode_stored
from events.log.client.headers import headers_of
from events.time_zones import time_zone
from services.gateway.pages.audit.event import VOICES
from services.gateway.pages.audit.values import Fact, facts
from services.gateway.pages.event_names import role_name, type_name
from services.gateway.pages.language import Language
from services.gateway.pages.rendering import piece_by_piece

MAX_PRINTED_EVENTS = 1_000
"""How many events a timeline may have of which a PDF is made; setting the pages of more takes too long."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One event.

    Attributes:
        place: The goal or plan that it is about, as commands name it.
        what: What happened; empty where that is withheld.
        happened: When it happened, by the clock of the timeline; None where the event does not say.
        recorded: When the log stored it.
        by, role: Who did it.
        entered_by, submitted_by: Who typed it in, and who submitted it; empty where nobody else did.
        facts: What it says.
        raw: What it says where that is no JSON object.
    """

    position: int
    place: str
    version: str
    what: str
    happened: datetime | None
    recorded: datetime
    by: str
    role: str
    entered_by: str
    submitted_by: str
    facts: Sequence[Fact]
    raw: str


def timeline(
    language: Language, lines: Iterable[bytes], scope: str, origin: str, size: int, count: int, zone: str
) -> Iterator[str]:
    """The HTML document, piece by piece.

    Args:
        lines: The events as `events.jsonl` has them.
        scope: Whose events they are.
        origin: Which log they are in.
        size: How many events that log had when it was signed.
        count: How many events there are here.
        zone: The time zone of all days and times.
    """
    clock = time_zone(zone)
    events = (_event(language, from_json(line), clock) for line in lines)
    return piece_by_piece(
        "history_timeline.html",
        language,
        events=events,
        scope=scope,
        origin=origin,
        size=size,
        count=count,
        zone=zone,
    )


def _event(language: Language, line: Mapping[str, Any], clock: tzinfo) -> TimelineEvent:
    recorded = _EPOCH + timedelta(microseconds=line["recorded_ns"] // 1000)
    place = line["subject"].split(".", 2)[-1]
    if "withheld" in line:
        return TimelineEvent(line["position"], place, "", "", None, recorded.astimezone(clock), "", "", "", "", (), "")
    headers = headers_of(base64.b64decode(line["headers"]))
    said = {name: decode_stored(headers.get(f"ce-{name}", "")) for name in ("actor", "enteredby", "submittedby")}
    role = headers.get("ce-actorrole", "")
    body = base64.b64decode(line["body"])
    data = _object(body)
    return TimelineEvent(
        position=line["position"],
        place=place,
        version=headers.get("ce-version", ""),
        what=type_name(language, headers.get("ce-type", "")) or language.gettext("message that is no event of Cairn’s"),
        happened=_instant(headers.get("ce-time", ""), clock),
        recorded=recorded.astimezone(clock),
        by=said["actor"],
        role=role_name(language, role) if role else "",
        entered_by=said["enteredby"],
        submitted_by=said["submittedby"] if said["submittedby"] != said["actor"] else "",
        facts=list(facts(language, data, role in VOICES)) if data is not None else (),
        raw="" if data is not None else body.decode(errors="replace"),
    )


def _object(body: bytes) -> Mapping[str, Any] | None:
    try:
        data = from_json(body)
    except ValueError:
        return None
    return data if isinstance(data, dict) else None


def _instant(text: str, clock: tzinfo) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant.astimezone(clock) if instant.tzinfo is not None else None
