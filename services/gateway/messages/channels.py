"""Every subject of Cairn, in one table: those for whoever builds on it first, then those of its own services."""

from typing import Any

from events.access_record import ACCESS, ACCESS_STREAM, AccessRecord
from events.identity import FEED, FORWARDED, INTAKE, LOG, NOTICE, OUTCOME, REJECTED, SUBMIT, VOID, WAITING
from events.log.stream import STREAM
from events.outcome import Outcome
from projections.engine.announcing import CHECKPOINT, COMPARE, REPLACED, Announcement, LogComparison
from services.administration.care import STREAM as CARE_STREAM
from services.administration.care import SUBJECT as CARE
from services.administration.care import Care
from services.gateway.messages import headers
from services.gateway.messages.channel import Body, Channel
from services.gateway.reads_over_nats import MAX_REQUEST_BYTES, QUEUE, READ
from services.goals.health import HEALTH, Health
from services.goals.voiding import VoidRequest
from services.intake.streams import INTAKE_STREAM, REJECTED_STREAM
from services.notary.publishing import SUBJECT as TLOG
from services.notary.requests import QUEUE as NOTARY_QUEUE
from services.notary.requests import SUBJECT as NOTARY
from services.notary.requests import Ask, NotaryAnswer
from services.presence import HEALTH as SERVICE_HEALTH
from services.presence import Presence
from services.reminders.notice import Notice
from services.reminders.stream import ALARM_STREAM, MARK, NOTICE_STREAM, RUNG, SET

_GOAL = "{org}.{patient}.{goal}"
_GOALS, _INTAKE_QUEUE = "goals", "intake"
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

CHANNELS: tuple[Channel, ...] = (
    Channel(
        "submit",
        f"{SUBMIT}.{_GOAL}",
        "Submit an event, and be answered when it is recorded or refused. A request that is not answered is sent again:"
        " an event is recorded once.",
        ("receive",),
        "submitted",
        reply=_OUTCOME,
        queue=_GOALS,
        is_public=True,
    ),
    Channel(
        "intake",
        f"{INTAKE}.{_GOAL}",
        "Leave an event while services are down. Once it is acknowledged it is on the disk, with its sender, and its"
        " outcome comes on the subject of outcomes.",
        ("receive",),
        "submitted",
        reply=_ACKNOWLEDGEMENT,
        queue=_INTAKE_QUEUE,
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
    Channel(
        "notice",
        f"{NOTICE}.{_GOAL}",
        "A goal's review is due, or overdue: ids and dates, and no text of a patient.",
        ("send",),
        Body("Notice", Notice, headers.OF_A_NOTICE),
        stream=NOTICE_STREAM,
        is_public=True,
    ),
    Channel(
        "tlog",
        f"{TLOG}.{{org}}",
        "Each published checkpoint of the log that an organisation is in: a signed note (C2SP tlog-checkpoint) with its"
        " cosignatures. Keep them, and nobody can show you another history later.",
        ("send",),
        Body(
            "Checkpoint",
            str,
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
    Channel(
        "forwarded",
        f"{FORWARDED}.{_GOAL}",
        "A submission that came over HTTP, or was left, with whom it is from.",
        ("receive", "send"),
        Body("Forwarded", Any, headers.FOR_A_PRINCIPAL, schema={"description": "The submission, as it came."}),
        reply=_OUTCOME,
        queue=_GOALS,
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
    Channel(
        "void",
        f"{VOID}.{_GOAL}",
        "An operator declares that a message which cannot be read counts for nothing.",
        ("receive", "send"),
        Body("VoidRequest", VoidRequest),
        reply=_OUTCOME,
        queue=_GOALS,
        publishers=("log_operator",),
        hearers=("goals",),
    ),
    Channel(
        "health",
        f"{HEALTH}.{{stream}}",
        "Whether submissions to a stream of the log are recorded.",
        ("receive", "send"),
        Body("Question", Any, schema={"description": "Nothing is read of it."}),
        reply=Body("Health", Health),
        queue=_GOALS,
        publishers=("gateway", "operator"),
        hearers=("goals",),
    ),
    *(
        Channel(
            f"health_of_{service}",
            f"{SERVICE_HEALTH}.{service}",
            f"Whether the {service} service is there, since when, and in which version.",
            ("receive", "send"),
            Body("Question", Any, schema={"description": "Nothing is read of it."}),
            reply=Body("Presence", Presence),
            queue=service,
            publishers=("gateway",),
            hearers=(service,),
        )
        for service in ("intake", "reminders", "notary")
    ),
    Channel(
        "notary",
        f"{NOTARY}.{{stream}}",
        "The notary of a stream of the log is asked for proofs, checkpoints and keys, or to sign.",
        ("receive", "send"),
        Body("NotaryRequest", Ask),
        reply=Body("NotaryAnswer", NotaryAnswer),
        queue=NOTARY_QUEUE,
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
    Channel(
        "replaced",
        f"{REPLACED}.{{projection}}",
        "Whether the log is the one that a projection remembers, each second.",
        ("receive", "send"),
        Body("LogComparison", LogComparison),
        publishers=("projections",),
        hearers=("goals",),
    ),
    Channel(
        "compare",
        f"{COMPARE}.{{stream}}",
        "A goals service asks the projections how a stream compares with what they remember.",
        ("receive", "send"),
        Body("Question", Any, schema={"description": "Nothing is read of it."}),
        reply=Body("LogComparison", LogComparison),
        publishers=("goals",),
        hearers=("projections",),
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
