"""What the Audit pages say of the proof: whether what they show is signed, and how many outside have cosigned it.

Who reads these pages may be a patient or a clinician: that something is not as it should be is said calmly, and what to
do is for whoever runs Cairn.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from services.administration.care import LastCare
from services.gateway.notaries import NotaryState
from services.gateway.pages.addresses import address
from services.gateway.pages.language import Language
from services.notary.requests import NotaryStatus


@dataclass(frozen=True, slots=True)
class ProofView:
    """What is known of the proof.

    Attributes:
        sentences: In words.
        reason: Why nothing is signed any more, as the notary says it, which is not translated; empty while all is well.
        file_address: Of the proof for other software; empty while there is none.
        keys_address: Of the keys of the log; empty where nobody signs it.
    """

    sentences: Sequence[str]
    reason: str
    file_address: str
    keys_address: str


def proof_of_event(
    language: Language,
    org: str,
    position: int,
    notary: NotaryState,
    care: LastCare | None,
    stream: str,
    zone: tzinfo,
    *,
    of_patient: str | None = None,
) -> ProofView:
    """Whether an event is proven.

    Args:
        notary: Who signs its log.
        care: What was found when streams of the log were last read through; None while that is not known.
        stream: The stream of the log that the event is in.
        of_patient: The patient whom a reader names who may read of no other.
    """
    status = notary.status
    is_signed = status is not None and position <= (status.published_size or 0)
    path = f"/v1/orgs/{org}/events/{position}/proof" + (f"?patient={of_patient}" if of_patient else "")
    sentences = (*_of_event(language, position, notary, zone), *_read_through(language, position, care, stream, zone))
    return ProofView(sentences, _reason(status), path if is_signed else "", _keys(status))


def proof_of_log(language: Language, notary: NotaryState, zone: tzinfo) -> ProofView:
    """How far everything that was recorded is proven."""
    status = notary.status
    if status is None:
        sentences = [_nobody(language, notary)]
    elif status.stopped:
        sentences = [_stopped(language)]
    elif not status.published_size:
        sentences = [language.gettext("Nothing of it is signed yet.")]
    else:
        number = language.number(status.published_size)
        sentences = [
            language.gettext("Up to event %(position)s all of it is signed.", position=number),
            *_witnesses(language, status, zone),
        ]
    return ProofView(sentences, _reason(status), "", _keys(status))


def _of_event(language: Language, position: int, notary: NotaryState, zone: tzinfo) -> Iterator[str]:
    status = notary.status
    if status is None:
        yield _nobody(language, notary)
        return
    size = status.published_size or 0
    if status.stopped:
        yield _stopped(language)
        if position <= size:
            yield language.gettext("This event was signed before.")
        else:
            yield language.gettext("This event is not signed.")
        return
    if position > size and status.waiting:
        yield language.gettext("This event is not signed yet, because the notary waits for something.")
        return
    if position > size:
        yield language.gettext("This event is not signed yet. That takes about a second; load the page again.")
        return
    number = language.number(size)
    yield language.gettext("This event is signed, in the checkpoint of the first %(number)s events.", number=number)
    yield from _witnesses(language, status, zone)


def _witnesses(language: Language, status: NotaryStatus, zone: tzinfo) -> Iterator[str]:
    """Who else has seen what is signed."""
    size, there = status.published_size or 0, len(status.witnesses)
    have = sum((each.cosigned_size or 0) >= size for each in status.witnesses)
    if not there:
        yield language.gettext("No witness outside has seen it yet.")
        return
    if status.witnessed_at is None or not have:
        yield language.ngettext(
            "The witness outside has not cosigned it yet.",
            "None of %(number)s witnesses outside has cosigned it yet.",
            there,
        )
        return
    at = status.witnessed_at.astimezone(zone)
    when = {"day": language.day_with_year(at.date()), "time": language.clock(at)}
    yield language.gettext(
        "Witnesses outside that have cosigned it: %(have)s of %(there)s, on %(day)s at %(time)s.",
        have=language.number(have),
        there=language.number(there),
        **when,
    )


def _nobody(language: Language, notary: NotaryState) -> str:
    if notary.is_missed:
        return language.gettext("Whether it is signed is not known at the moment: the notary does not answer.")
    return language.gettext("Nobody signs this log, so nobody outside can check it.")


def _stopped(language: Language) -> str:
    return language.gettext(
        "Nothing is signed any more: what would be signed does not go on from what was signed before. Whoever runs"
        " Cairn has to decide."
    )


def _reason(status: NotaryStatus | None) -> str:
    return (status.stopped or "") if status is not None else ""


def _keys(status: NotaryStatus | None) -> str:
    return address("/tlog/{origin_id}/keys", origin_id=status.origin.rpartition("/")[2]) if status is not None else ""


def _read_through(language: Language, position: int, care: LastCare | None, stream: str, zone: tzinfo) -> Iterator[str]:
    """What was found when the log was last read through."""
    if care is None:
        yield language.gettext("When the log was last read through is not known at the moment.")
        return
    last = care.get((stream, "verified"))
    if last is None:
        yield language.gettext("No reading through of the log is noted yet. “cairn log verify” reads it and notes it.")
        return
    day = language.day_with_year(last.at.astimezone(zone).date())
    if last.position < position:
        yield language.gettext("The log was last read through on %(day)s, before this event was recorded.", day=day)
    elif last.sound:
        yield language.gettext("The log was read through on %(day)s, with this event in it.", day=day)
        yield language.gettext("Nothing was missing, nothing was there twice, and the rules allowed every event.")
    else:
        yield language.gettext("The log was read through on %(day)s, and not everything was right.", day=day)
        yield language.gettext("Whoever runs Cairn can tell whether it concerns this event, by “cairn log verify”.")
