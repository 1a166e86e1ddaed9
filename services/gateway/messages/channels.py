"""Every subject of Cairn, in one table: those for whoever builds on it first, then those of its own services.

What services hear and publish by FastStream is taken from there, with its subject, queue group and types; here is what
FastStream does not know: who may, which headers there are, and what else is in a message. The others are told of here
alone: what is too hot for FastStream, what the NATS server publishes, and what comes from where FastStream is not
(decision 0046).
"""

from collections.abc import Sequence
from typing import Any

from events.access_record import ACCESS, ACCESS_STREAM, AccessRecord
from events.identity import FEED, LOG, OUTCOME, REJECTED, WAITING
from events.log.comparison import COMPARE, LogComparison
from events.log.stream import STREAM
from events.outcome import Outcome
from projections.engine.announcing import CHECKPOINT, Announcement
from services.administration.care import STREAM as CARE_STREAM
from services.administration.care import SUBJECT as CARE
from services.administration.care import Care
from services.gateway.messages import headers
from services.gateway.messages.channel import Body, Channel, Events
from services.gateway.messages.running import SERVICES, broker_of_all, running
from services.gateway.reads_over_nats import MAX_REQUEST_BYTES, QUEUE, READ
from services.intake.streams import INTAKE_STREAM, REJECTED_STREAM
from services.reminders.notice import Notice
from services.reminders.stream import ALARM_STREAM, MARK, RUNG, SET

_GOAL = "{org}.{patient}.{goal}"
_OUTCOME = Body("Outcome", Outcome, schema={"$ref": "#/components/schemas/outcome"})
_ACKNOWLEDGEMENT = Body(
    "Acknowledgement",
    dict[str, Any],
    schema={
        "type": "object",
        "description": "The stream's own: it is kept, or `error` says why not.",
        "properties": {
            "stream": {"type": "string"},
            "seq": {"type": "integer", "minimum": 1},
            "duplicate": {"type": "boolean"},
            "domain": {"type": "string"},
            "error": {
                "type": "object",
                "properties": {
                    "code": {"type": "integer"},
                    "err_code": {"type": "integer"},
                    "description": {"type": "string"},
                },
                "required": ["code", "err_code", "description"],
            },
        },
    },
)
_PATH = Body(
    "Request",
    str,
    headers=headers.OF_A_READ,
    content_type="text/plain",
    schema={
        "type": "string",
        "pattern": "^/v1/",
        "maxLength": MAX_REQUEST_BYTES,
        "description": "A path, and its query.",
    },
)
_ANSWER = Body("Answer", Any, headers=headers.OF_AN_ANSWER, schema={"description": "The body that HTTP would give."})
_MARK = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "properties": {"position": {"type": "integer"}, "fingerprint": {"type": "string"}},
        "required": ["position", "fingerprint"],
    },
}

_QUESTION = Body("Question", schema={"description": "Nothing is read of it."})
_RUNNING = running(broker_of_all())


def _runs(
    name: str,
    carries: Events | Body,
    *,
    reply: Body | None = None,
    is_public: bool = False,
    publishers: Sequence[str] = (),
    hearers: Sequence[str] = (),
) -> Channel:
    """A channel of a subscriber or publisher of FastStream's, and beside it what FastStream does not know.

    Args:
        reply: What comes back, where the handler's own type does not tell it.
    """
    runs = _RUNNING[name]
    if reply is None and runs.answer is not None:
        reply = Body(getattr(runs.answer, "__name__", f"{name.capitalize()}Answer"), runs.answer)
    return Channel(
        name,
        runs.address,
        runs.says,
        (runs.direction,) if is_public else ("receive", "send"),
        carries,
        reply=reply,
        queue=runs.queue,
        stream=runs.stream,
        is_public=is_public,
        publishers=publishers,
        hearers=hearers,
        is_running=True,
    )


CHANNELS: tuple[Channel, ...] = (
    _runs(
        "submit",
        "submitted",
        reply=_OUTCOME,
        is_public=True,
    ),
    _runs(
        "intake",
        "submitted",
        reply=_ACKNOWLEDGEMENT,
        is_public=True,
    ),
    Channel(
        "outcome",
        f"{OUTCOME}.{_GOAL}",
        "What became of an event that was left.",
        ("send",),
        Body("Outcome", Outcome, headers.OF_AN_OUTCOME, schema={"$ref": "#/components/schemas/outcome"}),
        is_public=True,
    ),
    Channel(
        "feed",
        f"{FEED}.{_GOAL}",
        "Every recorded event, as soon as it is stored. What came while nobody listened is read from GET /v1/feed.",
        ("send",),
        "recorded",
        is_public=True,
    ),
    _runs(
        "notice",
        Body("Notice", headers=headers.OF_A_NOTICE),
        is_public=True,
    ),
    _runs(
        "tlog",
        Body(
            "Checkpoint",
            content_type="text/plain",
            schema={"type": "string", "description": "Origin, size, root, an empty line, and signature lines."},
        ),
        is_public=True,
    ),
    Channel(
        "read",
        READ,
        "Every read of the API over HTTP, for those who have nothing but NATS. The feed alone is not read here.",
        ("receive",),
        _PATH,
        reply=_ANSWER,
        queue=QUEUE,
        is_public=True,
        publishers=("operator",),
        hearers=("gateway",),
    ),
    Channel(
        "rejected",
        f"{REJECTED}.{_GOAL}",
        "An event that was left and refused, as it came, with the reason.",
        ("send",),
        Body("Refused", Any, headers.REFUSED, schema={"description": "What was left, whatever it is."}),
        stream=REJECTED_STREAM,
        publishers=("intake",),
    ),
    _runs(
        "forwarded",
        Body("Forwarded", headers=headers.FOR_A_PRINCIPAL, schema={"description": "The submission, as it came."}),
        reply=_OUTCOME,
        publishers=("gateway", "intake"),
        hearers=("goals",),
    ),
    Channel(
        "waiting",
        f"{WAITING}.{_GOAL}",
        "A submission that waits for the log, with whom it is from.",
        ("send",),
        Body("Waiting", Any, headers.FOR_A_PRINCIPAL, schema={"description": "The submission, as it came."}),
        stream=INTAKE_STREAM,
        publishers=("intake",),
    ),
    Channel(
        "log",
        f"{LOG}.{_GOAL}",
        "The log itself: every recorded event, for ever and in order. The server puts each on the feed.",
        ("send",),
        "recorded",
        also=Body(
            "Probe",
            str,
            headers.OF_A_PROBE,
            content_type="application/octet-stream",
            schema={"type": "string", "maxLength": 0, "description": "Empty. The stream refuses it, and so answers."},
        ),
        stream=STREAM,
        publishers=("goals",),
    ),
    _runs(
        "void",
        Body("VoidRequest"),
        reply=_OUTCOME,
        publishers=("log_operator",),
        hearers=("goals",),
    ),
    _runs(
        "health",
        _QUESTION,
        publishers=("gateway", "operator"),
        hearers=("goals",),
    ),
    *(_runs(f"health_of_{service}", _QUESTION, publishers=("gateway",), hearers=(service,)) for service in SERVICES),
    _runs(
        "notary",
        Body("NotaryRequest"),
        publishers=("gateway", "operator", "log_operator"),
        hearers=("notary",),
    ),
    Channel(
        "care",
        f"{CARE}.{{stream}}.{{kind}}",
        "What was found when a stream of the log was read through or backed up; the last of each is kept.",
        ("send",),
        Body("Care", Care),
        stream=CARE_STREAM,
        publishers=("operator", "log_operator"),
    ),
    _runs(
        "replaced",
        Body("LogComparison"),
        publishers=("projections", "goals"),
        hearers=("goals",),
    ),
    Channel(
        "compare",
        f"{COMPARE}.{{stream}}",
        "A goals service that starts, or `cairn log adopt`, asks how a stream compares with what is remembered of it:"
        " projections answer, and goals services that object.",
        ("receive", "send"),
        _QUESTION,
        reply=Body("LogComparison", LogComparison),
        publishers=("goals", "log_operator"),
        hearers=("projections", "goals"),
    ),
    Channel(
        "checkpoint",
        f"{CHECKPOINT}.{{projection}}",
        "How far a projection is, as soon as it is there.",
        ("receive", "send"),
        Body("Announcement", Announcement),
        publishers=("projections",),
        hearers=("projections", "gateway", "operator"),
    ),
    Channel(
        "access",
        f"{ACCESS}.{{org}}",
        "Who was told something about whom: the records of one moment.",
        ("send",),
        Body("AccessRecords", list[AccessRecord]),
        reply=_ACKNOWLEDGEMENT,
        stream=ACCESS_STREAM,
        publishers=("gateway", "operator"),
    ),
    Channel(
        "alarm_set",
        f"{SET}.{_GOAL}",
        "The alarm of a goal's next review: a scheduled message, at most one for each goal.",
        ("send",),
        Body("Alarm", Notice, headers.OF_AN_ALARM),
        stream=ALARM_STREAM,
        publishers=("reminders",),
    ),
    Channel(
        "alarm_rung",
        f"{RUNG}.{_GOAL}",
        "An alarm whose time has come. The server puts it there.",
        ("receive",),
        Body("Rung", Notice),
        stream=ALARM_STREAM,
    ),
    Channel(
        "alarm_mark",
        MARK,
        "Up to which position of each stream of the log alarms are set.",
        ("send",),
        Body("Mark", dict[str, Any], schema=_MARK),
        stream=ALARM_STREAM,
        publishers=("reminders",),
    ),
)
"""All subjects on which Cairn sends or hears a message. That of a stream which is closed for a while is none."""
