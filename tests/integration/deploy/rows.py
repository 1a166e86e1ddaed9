"""What each user of deploy/nats may do, once more and in one table: the tests hold the configuration against it.

A row has the subjects that a user may publish on and those it may hear, with `>` and `*` as NATS has them. A subject
that may be heard only as one of a queue has the queue behind a blank.
"""

from typing import NamedTuple

LOG_STREAM, TOKENS, ACTS = "CAIRN_LOG", "CAIRN_ADMIN_tokens_events", "CAIRN_ADMIN_log_events"
SNAPSHOTS, ACCESS, CARE = "KV_cairn_snapshots", "CAIRN_ACCESS", "CAIRN_ADMIN_care"
NOTARY_ACTS = "CAIRN_ADMIN_notary_events"
INTAKE, REJECTED, NOTICES, ALARMS = "CAIRN_INTAKE", "CAIRN_REJECTED", "CAIRN_NOTICES", "CAIRN_ALARMS"
STREAMS = (LOG_STREAM, TOKENS, ACTS, NOTARY_ACTS, CARE, SNAPSHOTS, ACCESS, INTAKE, REJECTED, NOTICES, ALARMS)
PREFIXES = ("$JS.API", "$JS.log.API", "$JS.intake.API", "$JS.reminders.API", "$JS.access.API", "$JS.other.API")
APIS = (
    *("STREAM.CREATE.{}", "STREAM.UPDATE.{}", "STREAM.DELETE.{}", "STREAM.PURGE.{}", "STREAM.INFO.{}"),
    *("STREAM.SNAPSHOT.{}", "STREAM.RESTORE.{}", "STREAM.MSG.GET.{}", "STREAM.MSG.DELETE.{}"),
    *("STREAM.LEADER.STEPDOWN.{}", "STREAM.PEER.REMOVE.{}", "DIRECT.GET.{}", "DIRECT.GET.{}.cairn.log.a.b.c"),
    *("CONSUMER.CREATE.{}", "CONSUMER.CREATE.{}.c", "CONSUMER.CREATE.{}.c.cairn.log.>", "CONSUMER.DURABLE.CREATE.{}.c"),
    *("CONSUMER.CREATE.{}.intake", "CONSUMER.CREATE.{}.intake.x", "CONSUMER.CREATE.{}.reminders.x"),
    *("CONSUMER.INFO.{}.c", "CONSUMER.DELETE.{}.c", "CONSUMER.NAMES.{}", "CONSUMER.LIST.{}", "CONSUMER.PAUSE.{}.c"),
    *("CONSUMER.MSG.NEXT.{}.c", "CONSUMER.MSG.NEXT.{}.intake", "CONSUMER.MSG.NEXT.{}.reminders"),
    *("CONSUMER.LEADER.STEPDOWN.{}.c", "CONSUMER.RESET.{}.c", "CONSUMER.UNPIN.{}.c"),
)
"""Requests of JetStream's API that name a stream."""
APIS_OF_ACCOUNTS = (
    *("INFO", "STREAM.NAMES", "STREAM.LIST", "ACCOUNT.PURGE.LOG", "ACCOUNT.STREAM.MOVE.LOG.CAIRN_LOG"),
    *("META.LEADER.STEPDOWN", "SERVER.REMOVE", "DIRECT.GET.>"),
)
ORGS = ("northside", "southside")
SUBJECTS = (
    *(
        f"cairn.{kind}.{org}.pt-1.walk"
        for kind in (
            *("submit", "forwarded", "intake", "waiting", "outcome", "rejected", "log", "feed", "notice", "void"),
            *("reminder.set", "reminder.rung"),
        )
        for org in ORGS
    ),
    *(
        "cairn.feed.northside.pt-1.plan",
        "cairn.reminder.mark",
        "cairn.read",
        "cairn.other",
        "cairn.set_aside.CAIRN_LOG",
    ),
    *(
        "cairn.checkpoint.goal_state",
        "cairn.replaced.goal_state",
        "cairn.replaced.cairn-goals",
        f"cairn.compare.{LOG_STREAM}",
        f"cairn.health.goals.{LOG_STREAM}",
        "cairn.health.intake",
        "cairn.health.reminders",
        "cairn.health.notary",
        f"cairn.notary.{LOG_STREAM}",
        f"cairn.care.{LOG_STREAM}.verified",
        f"cairn.care.{LOG_STREAM}.backed_up",
    ),
    *(f"cairn.{kind}.{org}" for kind in ("access", "tlog") for org in ORGS),
    *(
        "$KV.cairn_snapshots.northside.pt-1.walk",
        f"$KV.cairn_snapshots.{LOG_STREAM}",
        "CAIRN_ADMIN.log.events.a",
        "CAIRN_ADMIN.tokens.events.a",
        "anything",
    ),
    "CAIRN_ADMIN.notary.events.a",
    *("_INBOX.of.somebody", "_INBOX_dana.1", "_R_.answer", "$SYS._INBOX.of.a-server"),
    *("$SYS.REQ.USER.AUTH", "$SYS.REQ.SERVER.PING", "$SYS.REQ.SERVER.PING.CONNZ", "$SYS.REQ.SERVER.PING.VARZ"),
    *("$SYS.REQ.SERVER.NOBODY.KICK", "$SYS.REQ.SERVER.NOBODY.VARZ", "$SYS.REQ.ACCOUNT.LOG.INFO"),
    *("$SYS.ACCOUNT.LOG.CONNECT", "$SYS.SERVER.NOBODY.STATSZ", f"$JS.EVENT.ADVISORY.STREAM.UPDATED.{LOG_STREAM}"),
    *(f"$JS.EVENT.ADVISORY.CONSUMER.CREATED.{LOG_STREAM}.c", f"$JS.FC.{LOG_STREAM}.c.x"),
    *(f"$JS.ACK.{stream}.{consumer}.1.2.3.4.0" for stream in STREAMS for consumer in ("c", "intake", "reminders")),
)
"""One subject of each kind that Cairn and the server know, and some that nobody does."""
WILDCARDS = (
    *(">", "*", "*.>", "cairn.>", "cairn.*.northside.>", "$SYS.>", "$JS.>", "$JS.API.>", "$JS.EVENT.>", "$JS.ACK.>"),
    *("$KV.>", "_INBOX.>", "_INBOX.*", "_INBOX_dana.>", "_R_.>", "$SYS._INBOX.>", "CAIRN_ADMIN.>", "cairn.access.>"),
    *(f"cairn.{kind}.>" for kind in ("submit", "forwarded", "intake", "waiting", "log", "feed", "outcome", "notice")),
    *(f"cairn.{kind}.>" for kind in ("rejected", "void", "reminder", "health", "replaced", "checkpoint")),
    *("cairn.feed.northside.>", "cairn.outcome.northside.>", "cairn.notice.northside.>", "cairn.feed.*.*.plan"),
    *("cairn.notary.*", "cairn.notary.>", "cairn.tlog.*", "cairn.tlog.>"),
    *("cairn.intake.*.*.*", "cairn.replaced.*", "cairn.checkpoint.*", f"$JS.EVENT.ADVISORY.STREAM.*.{LOG_STREAM}"),
    *("$SYS.SERVER.>", "$SYS.ACCOUNT.>"),
)
QUEUES = ("goals", "intake", "reminders", "gateways", "notary", "auth", "other")


class Row(NamedTuple):
    """What a user may publish on, and what it may hear."""

    publish: tuple[str, ...] = ()
    hear: tuple[str, ...] = ()


def _api(stream: str, *requests: str, prefix: str = "$JS.API") -> tuple[str, ...]:
    return tuple(f"{prefix}.{request}.{stream}" for request in requests)


_MAKE, _STATE, _GET, _READ = "STREAM.CREATE", "STREAM.INFO", "DIRECT.GET", "STREAM.MSG.GET"
_FROM_AFAR = "$JS.log.API"
_THE_LOG = _api(LOG_STREAM, _STATE, _GET, prefix=_FROM_AFAR)
_REVOKED_TOKENS = _api(TOKENS, _STATE, _GET, prefix=_FROM_AFAR)
_CHANGES = f"$JS.EVENT.ADVISORY.STREAM.*.{LOG_STREAM}"
_ANSWERS = "_INBOX.>"

ROWS = {
    "goals": Row(
        (
            *("cairn.log.*.*.*", "$KV.cairn_snapshots.*.*.*", _ANSWERS, "_R_.>", f"cairn.compare.{LOG_STREAM}"),
            *("cairn.replaced.cairn-goals", f"$KV.cairn_snapshots.{LOG_STREAM}"),
            *_api(LOG_STREAM, _MAKE, _STATE, _GET),
            *_api(SNAPSHOTS, _MAKE, _GET, "STREAM.PURGE"),
            *_api(CARE, _MAKE),
        ),
        (
            *("cairn.submit.> goals", "cairn.forwarded.> goals", "cairn.void.> goals", "cairn.health.goals.* goals"),
            *("cairn.feed.*.*.plan", "cairn.replaced.*", f"cairn.compare.{LOG_STREAM}", _CHANGES, _ANSWERS),
        ),
    ),
    "intake": Row(
        (
            *("cairn.waiting.*.*.*", "cairn.forwarded.*.*.*", "cairn.outcome.*.*.*", "cairn.rejected.*.*.*", "_R_.>"),
            *_api(INTAKE, _MAKE, _STATE, _READ),
            *_api(REJECTED, _MAKE, _STATE),
            *(f"$JS.API.CONSUMER.CREATE.{INTAKE}.intake", f"$JS.API.CONSUMER.MSG.NEXT.{INTAKE}.intake"),
            f"$JS.ACK.{INTAKE}.intake.>",
        ),
        ("cairn.intake.*.*.* intake", "cairn.health.intake intake", _ANSWERS),
    ),
    "reminders": Row(
        (
            *("cairn.notice.*.*.*", "cairn.reminder.set.*.*.*", "cairn.reminder.mark", *_THE_LOG, "_R_.>"),
            *_api(NOTICES, _MAKE, _STATE, _READ, _GET),
            *_api(ALARMS, _MAKE, _STATE, _READ, _GET, "STREAM.MSG.DELETE"),
            *(f"$JS.API.CONSUMER.CREATE.{ALARMS}.reminders.>", f"$JS.API.CONSUMER.MSG.NEXT.{ALARMS}.reminders"),
            f"$JS.ACK.{ALARMS}.reminders.>",
        ),
        ("cairn.feed.>", "cairn.health.reminders reminders", _CHANGES, _ANSWERS),
    ),
    "projections": Row(
        ("cairn.checkpoint.*", "cairn.replaced.*", *_THE_LOG, "_R_.>"),
        ("cairn.compare.*", "cairn.checkpoint.*", "cairn.feed.>", _CHANGES, _ANSWERS),
    ),
    "gateway": Row(
        (
            *("cairn.forwarded.*.*.*", "cairn.health.goals.*", "cairn.access.*", _ANSWERS),
            *(*_THE_LOG, *_REVOKED_TOKENS, *_api(CARE, _GET, prefix=_FROM_AFAR)),
            *("cairn.health.intake", "cairn.health.reminders", "cairn.health.notary", "cairn.notary.*"),
        ),
        ("cairn.read gateways", "cairn.checkpoint.*", "cairn.feed.>", _CHANGES, _ANSWERS),
    ),
    "notary": Row(
        (
            *("cairn.tlog.*", "CAIRN_ADMIN.notary.events.*", *_THE_LOG, _ANSWERS, "_R_.>"),
            *_api(NOTARY_ACTS, _MAKE, _STATE, _GET, prefix=_FROM_AFAR),
        ),
        ("cairn.notary.* notary", "cairn.health.notary notary", "cairn.feed.>", _CHANGES, _ANSWERS),
    ),
    "access": Row(_api(ACCESS, _MAKE, _STATE, _GET, prefix=_FROM_AFAR), (_ANSWERS,)),
    "operator": Row(
        (
            *("cairn.read", "cairn.access.*", "cairn.health.goals.*", "cairn.care.*.verified", *_THE_LOG),
            "cairn.notary.*",
            *_api(ACCESS, _STATE, _GET, prefix=_FROM_AFAR),
        ),
        ("cairn.checkpoint.*", "cairn.feed.>", _CHANGES, _ANSWERS),
    ),
    "northside": Row(
        ("cairn.submit.northside.>", "cairn.intake.northside.>"),
        (
            *("cairn.feed.northside.>", "cairn.outcome.northside.>", "cairn.notice.northside.>"),
            *("cairn.tlog.northside", _ANSWERS),
        ),
    ),
    "auth": Row(("$SYS._INBOX.>",), ("$SYS.REQ.USER.AUTH auth",)),
    "auth_tokens": Row(_REVOKED_TOKENS, (_ANSWERS,)),
    "auth_system": Row(("$SYS.REQ.SERVER.*.KICK", "$SYS.REQ.SERVER.PING.CONNZ"), (_ANSWERS,)),
    "system": Row(
        ("$SYS.REQ.SERVER.>", "$SYS.REQ.ACCOUNT.>", "$JS.API.META.LEADER.STEPDOWN", "$JS.API.SERVER.REMOVE"),
        ("$SYS.SERVER.>", "$SYS.ACCOUNT.>", _ANSWERS),
    ),
}
"""Every user but `log_operator` and `stream_operator`, who may change and delete streams."""


def covers(pattern: str, subject: str) -> bool:
    """Whether nats-server takes a subject for one that a pattern allows.

    For nats-server 2.15 whoever may hear `a.*` may also subscribe to `a.>`, so nothing is secret below such a subject.
    """
    wanted, given = pattern.split("."), subject.split(".")
    for number, token in enumerate(wanted):
        if token == ">":
            return len(given) > number
        if number >= len(given) or token not in ("*", given[number]):
            return False
    return len(wanted) == len(given)


def may_publish(row: Row, subject: str) -> bool:
    """Whether a row lets its user publish on a subject."""
    return any(covers(pattern, subject) for pattern in row.publish)


def may_hear(row: Row, subject: str, queue: str = "") -> bool:
    """Whether a row lets its user listen on a subject, as one of a queue if one is named."""
    for each in row.hear:
        pattern, _, needed = each.partition(" ")
        if covers(pattern, subject) and needed in ("", queue):
            return True
    return False


def every_subject() -> tuple[str, ...]:
    """Every subject and every request of JetStream's API, under each name that the API has anywhere."""
    requests = (*(api.format(stream) for api in APIS for stream in STREAMS), *APIS_OF_ACCOUNTS)
    return (*SUBJECTS, *(f"{prefix}.{request}" for prefix in PREFIXES for request in requests if ">" not in request))
