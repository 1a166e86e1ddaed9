"""The headers of messages, as schemas: which there are, and which a message always has."""

from events.attribute_headers import EXTENSION_TYPES
from events.blinding import BLIND
from services.access.principal import HEADER as PRINCIPAL
from services.gateway.access_records import PURPOSE_HEADER
from services.gateway.messages.channel import Json
from services.intake.forwarding import CODE_HEADER, DETAIL_HEADER, SEQUENCE_HEADER

_TEXT = {"type": "string"}
_MOMENT = {"type": "string", "format": "date-time"}
_ATTRIBUTES = {
    "ce-specversion": {"const": "1.0"},
    "ce-id": {**_TEXT, "description": "With ce-source the event's name within its goal, for ever."},
    "ce-source": _TEXT,
    "ce-type": {**_TEXT, "description": "The type of the event, which says what the payload is."},
    "ce-subject": {**_TEXT, "description": "ORG.PATIENT.GOAL, as in the subject."},
    "ce-time": {**_MOMENT, "description": "When it happened, with an offset."},
    "ce-actor": {**_TEXT, "description": "Whose deed or words it tells: an opaque id."},
    "ce-actorrole": {"enum": ["patient", "clinician", "supervisor", "family", "system"]},
    "ce-enteredby": {**_TEXT, "description": "Who typed it in, where that was not the actor."},
    EXTENSION_TYPES: {
        **_TEXT,
        "description": "Which extension attributes are no texts: `sampled:boolean rank:integer`.",
    },
    "content-type": {**_TEXT, "description": "application/json, or another name of it."},
}
_ALWAYS = ("ce-specversion", "ce-id", "ce-source", "ce-type", "ce-time", "ce-actor", "ce-actorrole")


def _headers(properties: Json, required: tuple[str, ...], says: str) -> Json:
    return {"type": "object", "description": says, "properties": properties, "required": list(required)}


SUBMITTED = _headers(
    {
        **_ATTRIBUTES,
        "ce-expectedversion": {"type": "string", "description": "Refuse the event unless the goal is at this version."},
        "traceparent": {**_TEXT, "description": "The trace of the request (W3C Trace Context)."},
    },
    _ALWAYS,
    "A CloudEvent in binary mode: its attributes are headers, and its data is the payload.",
)
RECORDED = _headers(
    {
        **_ATTRIBUTES,
        "ce-version": {**_TEXT, "description": "How many events the goal has, this one included."},
        "ce-causeversion": {**_TEXT, "description": "The version of the event of the goal that it follows from."},
        "ce-submittedby": {**_TEXT, "description": "Who submitted it, as Cairn knows them."},
        "ce-submitterrole": {**_TEXT, "description": "In which role."},
        BLIND: {
            **_TEXT,
            "description": "Random bytes that keep others from guessing the event by its hashes in a proof (base64url)."
            " They are no part of it.",
        },
    },
    (*_ALWAYS, "ce-subject", "ce-version"),
    "A recorded event.",
)
FED = _headers(
    {
        **RECORDED["properties"],
        "Nats-Stream": {**_TEXT, "description": "The stream of the log. Pass over what has no such header."},
        "Nats-Subject": _TEXT,
        "Nats-Sequence": {**_TEXT, "description": "The event's position in the log."},
        "Nats-Time-Stamp": {**_MOMENT, "description": "When it was recorded."},
        "Nats-Last-Sequence": _TEXT,
    },
    (*RECORDED["required"], "Nats-Stream", "Nats-Sequence", "Nats-Time-Stamp"),
    "A recorded event, with what the NATS server says of it.",
)
FOR_A_PRINCIPAL = _headers(
    {PRINCIPAL: {**_TEXT, "description": "Whose submission it is, encoded."}},
    (PRINCIPAL,),
    "Beside the sender's own headers: for whom it is submitted.",
)
REFUSED = _headers(
    {
        PRINCIPAL: {**_TEXT, "description": "Whose submission it was, encoded."},
        CODE_HEADER: {**_TEXT, "description": "Why it was refused: a code of /docs/codes."},
        DETAIL_HEADER: {**_TEXT, "description": "The same in a sentence, percent-encoded."},
        SEQUENCE_HEADER: {**_TEXT, "description": "Its sequence in CAIRN_INTAKE, which its outcome has, too."},
    },
    (PRINCIPAL, CODE_HEADER, DETAIL_HEADER, SEQUENCE_HEADER),
    "Beside the sender's own headers: why it was refused. Those with a meaning for NATS begin with `original-`.",
)
OF_AN_OUTCOME = _headers(
    {
        SEQUENCE_HEADER: {
            **_TEXT,
            "description": "The sequence of the event in CAIRN_INTAKE. Pass over what has none.",
        },
        "ce-id": {**_TEXT, "description": "Of the event that was left, where it can be read."},
        "ce-source": _TEXT,
    },
    (SEQUENCE_HEADER,),
    "Which event the outcome is of.",
)
OF_A_NOTICE = _headers(
    {
        **{name: _ATTRIBUTES[name] for name in ("ce-specversion", "ce-id", "ce-source", "ce-subject", "ce-time")},
        "ce-type": {"enum": ["cairn.notice.review_due.v1", "cairn.notice.review_overdue.v1"]},
        "content-type": {"const": "application/json"},
    },
    ("ce-specversion", "ce-id", "ce-source", "ce-type", "ce-subject", "ce-time", "content-type"),
    "A CloudEvent in binary mode. Pass over what has no ce-type.",
)
OF_A_READ = _headers(
    {
        "authorization": {**_TEXT, "description": "`Bearer TOKEN`, as over HTTP."},
        PURPOSE_HEADER: {**_TEXT, "description": "Why it is read: a code such as TREAT, as over HTTP."},
    },
    ("authorization",),
    "Who asks. Only where whoever reaches NATS holds the keys of the house, a request may do without a token.",
)
OF_AN_ANSWER = _headers(
    {"status": {**_TEXT, "description": "The status that HTTP would have."}, "content-type": _TEXT},
    ("status", "content-type"),
    "What HTTP would say beside the body.",
)
OF_AN_ALARM = _headers(
    {
        "Nats-Schedule": {**_TEXT, "description": "When the server sends it on: `@at` and the moment."},
        "Nats-Schedule-Target": {**_TEXT, "description": "The subject on which it comes then."},
        "Nats-Schedule-Rollup": _TEXT,
        "cairn-alarm": {**_TEXT, "description": "The id of the notice that it is for."},
    },
    ("Nats-Schedule", "Nats-Schedule-Target", "cairn-alarm"),
    "When the alarm rings.",
)
OF_A_PROBE = _headers(
    {"Nats-Expected-Last-Subject-Sequence": {**_TEXT, "description": "A position that no log has."}},
    ("Nats-Expected-Last-Subject-Sequence",),
    "What keeps the stream from storing it.",
)
