"""Every code with which Cairn says no: what it means in general, and of which kind it is.

All else follows from this table: the HTTP status of an answer (`services/gateway/problems.py`), whether the same
submission may succeed later (`RETRYABLE`), the OpenAPI description, and docs/codes.md. A new code is one line here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "rule",
    "conflict",
    "invalid",
    "unauthenticated",
    "forbidden",
    "absent",
    "retry",
    "full",
    "too_large",
    "media_type",
    "not_acceptable",
    "method",
    "misdirected",
    "defect",
]

KINDS: Mapping[Kind, str] = {
    "rule": "A rule of treatment planning does not allow the event; nothing was recorded.",
    "conflict": "What is in the log already does not go together with the request.",
    "invalid": "The request or the event is invalid; `errors` names the fields.",
    "unauthenticated": "It is not known who asks; the request needs a token that is valid.",
    "forbidden": "Whoever asks is known, and may not do this.",
    "absent": "What is asked for is not there.",
    "retry": "It cannot be done now; the same request may succeed later.",
    "full": "It cannot be done until an operator has made room; what was sent is not lost if it is kept and sent then.",
    "too_large": "The request, or its answer, is too large.",
    "media_type": "The body is of a kind that Cairn does not read.",
    "not_acceptable": "The answer cannot be given in the form that is asked for.",
    "method": "The address does not take this HTTP method.",
    "misdirected": "The request names a host that this Cairn does not answer for.",
    "defect": "Cairn cannot answer because of a fault on its own side.",
}
"""What each kind of code means for whoever gets it."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code, as it is published.

    Attributes:
        name: The code itself, such as `goal.limit_reached`.
        kind: The kind, when it is the answer to a submission or, for a code of the gateway's own, to a request.
        meaning: What it means in general, in one sentence.
        also: A second kind that it has in other answers: `absent` when a read is refused with it, for instance.
        gateway_only: Whether only the gateway answers with it, so that it is never the outcome of a submission.
    """

    name: str
    kind: Kind
    meaning: str
    also: Kind | None = None
    gateway_only: bool = False

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds that an answer with this code can be of."""
        return (self.kind,) if self.also is None else (self.kind, self.also)


def _gateway(name: str, kind: Kind, meaning: str) -> Code:
    return Code(name, kind, meaning, gateway_only=True)


CODES: Mapping[str, Code] = {
    code.name: code
    for code in (
        Code("plan.missing", "rule", "Goals need an opened plan for the patient.", also="absent"),
        Code("plan.exists", "rule", "The patient's plan is open already."),
        Code("plan.closed", "rule", "The plan was closed; it takes no further events."),
        Code("goal.exists", "rule", "A goal with this id exists already."),
        Code("goal.unknown", "rule", "There is no goal with this id.", also="absent"),
        Code("goal.closed", "rule", "The goal is closed; it takes no further events."),
        Code("goal.state", "rule", "The event makes no sense in the goal's present state."),
        Code("goal.not_agreed", "rule", "Activation needs the agreement of the patient and of a clinician."),
        Code("goal.limit_reached", "rule", "The patient has as many active goals as the plan allows."),
        Code("goal.vague", "rule", "Activation needs a usable definition: SMART, or GAS levels."),
        Code("goal.contested", "rule", "A contested goal must be answered before it can be activated."),
        Code("goal.setback_unreviewed", "rule", "Retiring a goal after a setback needs a review that knew of it."),
        Code("goal.supports_unknown", "rule", "A goal can only support a long-term goal of the same patient."),
        Code("goal.supports_cycle", "rule", "Goals cannot support each other in a circle."),
        Code("template.unknown", "rule", "There is no such goal template, or no such version of it.", also="absent"),
        Code("gas.levels", "invalid", "A GAS scale needs distinct, non-empty texts; a level is -2 to +2."),
        Code("progress.out_of_range", "invalid", "A value lies outside its scale, or its date in the future."),
        Code("progress.not_open", "rule", "Entries go to goals on which work has begun."),
        Code(
            "progress.outside_goal",
            "rule",
            "The date lies before the work on the goal began, or after the goal was closed.",
        ),
        Code("entry.exists", "conflict", "The goal has an entry with this id; send a correction of it instead."),
        Code(
            "entry.unknown", "rule", "The goal has no entry with this id; send the entry first, then what is about it."
        ),
        Code("consent.exists", "conflict", "The plan has a consent with this id; give a new one an id of its own."),
        Code("consent.unknown", "rule", "The plan has no consent with this id, or that consent has ended."),
        Code("time.future", "invalid", "The event's time lies in the future; mend the clock and send the event again."),
        Code("review.not_scheduled", "rule", "An active goal always has a next review."),
        Code("version.conflict", "conflict", "The goal has moved on from the expected version."),
        Code("event.invalid", "invalid", "The event does not fit its schema.", also="too_large"),
        Code("event.unknown_type", "invalid", "The event type is not in the catalog."),
        Code(
            "event.id_reused",
            "conflict",
            "An earlier event of this goal has the same source and id, and another content.",
        ),
        Code("identity.mismatch", "invalid", "The ids disagree, or are no subject tokens."),
        Code("org.unknown", "invalid", "The organisation has no place in this Cairn.", also="absent"),
        Code(
            "log.unreadable",
            "conflict",
            "The log holds an event on which this one depends and which this version of Cairn cannot read.",
            also="defect",
        ),
        Code(
            "log.replaced",
            "retry",
            "A position that is remembered is not of this log. The detail says whose it is and what to do.",
            also="conflict",
        ),
        Code(
            "log.unfit",
            "retry",
            "The log's stream is set up so that it would forget; nothing is recorded until that is mended.",
        ),
        Code(
            "log.unavailable",
            "retry",
            "The log cannot be written now. Send the event again with the same id: it is recorded once.",
        ),
        Code(
            "access.denied", "forbidden", "The policy does not allow it to whoever asks; docs/access.md has its table."
        ),
        Code("access.consent_missing", "forbidden", "The patient's consent, or a stated exception, is missing."),
        Code("log.full", "full", "The log stores nothing more until its operator has made room; nothing was recorded."),
        Code("log.busy", "retry", "Too many events are waiting; nothing was recorded. Try again."),
        _gateway("access.token_missing", "unauthenticated", "The request names no token, so it is not known who asks."),
        _gateway("access.token_invalid", "unauthenticated", "The token is not one that this Cairn accepts."),
        _gateway("access.token_expired", "unauthenticated", "The token has expired; get a new one."),
        _gateway("access.token_revoked", "unauthenticated", "The token was revoked; get a new one."),
        _gateway("access.unavailable", "retry", "The token cannot be checked now. Try again."),
        _gateway(
            "access.sign_in_refused",
            "forbidden",
            "A sign-in cannot be finished: it was used, is too old, or began in another browser.",
        ),
        _gateway("access.sign_in_too_long", "forbidden", "The access token is longer than a browser keeps a cookie."),
        _gateway(
            "access.sign_in_unprotected", "forbidden", "Others could read the session on its way: it needs https."
        ),
        _gateway("access.scope_missing", "forbidden", "The token's scopes do not reach this."),
        _gateway("access.not_recorded", "retry", "The reading could not be recorded, so nothing is told. Try again."),
        _gateway("http.host", "misdirected", "The request names a host that this Cairn does not answer for."),
        _gateway("http.malformed", "invalid", "What came is no request that Cairn can read to its end."),
        _gateway("http.origin", "forbidden", "A web page of another origin may not ask this."),
        _gateway("request.invalid", "invalid", "The request's parameters are not right."),
        _gateway("request.media_type", "media_type", "The body is of a kind that Cairn does not read."),
        _gateway(
            "request.not_acceptable",
            "not_acceptable",
            "FHIR is written as JSON, of the release that the address names.",
        ),
        _gateway("http.not_found", "absent", "There is nothing at this address."),
        _gateway("http.method_not_allowed", "method", "This address does not take this method."),
        _gateway("answer.too_large", "too_large", "The answer does not fit into one NATS message."),
        _gateway("goal.version_unknown", "absent", "The goal has not come to this version."),
        _gateway("event.unknown", "absent", "There is no event at this position of the organisation's log."),
        _gateway("projection.behind", "retry", "The projection has not reached the position yet. Try again."),
        _gateway("projection.quarantined", "retry", "The goal's events are in quarantine."),
        _gateway("projection.unavailable", "retry", "The projection cannot be read now. Try again."),
        _gateway(
            "goals.unavailable",
            "retry",
            "Nobody answers submissions now. Try again; what is submitted again is recorded once.",
        ),
        _gateway("proof.none", "absent", "There is no such checkpoint, tile or proof."),
        _gateway("proof.not_yet", "retry", "The event is in no signed checkpoint yet. Try again."),
        _gateway("proof.stopped", "defect", "The notary has stopped signing; an operator has to decide."),
        _gateway("proof.unavailable", "retry", "No notary answers now. Try again."),
        _gateway("feed.full", "retry", "As many live feeds are open as the gateway serves. Try again."),
        _gateway("internal.error", "defect", "Cairn made a mistake."),
    )
}
"""Every code by its name."""

RETRYABLE = frozenset(name for name, code in CODES.items() if code.kind in ("retry", "full"))
"""Codes that speak of Cairn's state and not of the event: the same submission may succeed later."""
