"""What happened, in a few everyday words: each type of event, and each field that an event changes."""

from collections.abc import Callable, Mapping
from typing import get_args

from events.catalog import TYPES
from events.vocabulary import ActorRole
from services.gateway.pages import changes, terms
from services.gateway.pages.language import Language

_Said = Callable[[Language], str]
ROLES: tuple[ActorRole, ...] = get_args(ActorRole)
"""The roles of those by whom events are."""
_WRITTEN_OUT_PARTS = 2
"""So many parts of the path of an unknown field are said; what is further inside is an id."""

_TYPES: Mapping[str, _Said] = {
    "cairn.plan.opened.v1": lambda language: language.gettext("plan opened"),
    "cairn.plan.amended.v1": lambda language: language.gettext("plan changed"),
    "cairn.plan.priorities_ranked.v1": lambda language: language.gettext("priorities put in order"),
    "cairn.plan.measured.v1": lambda language: language.gettext("questionnaire filled in"),
    "cairn.plan.consent_given.v1": lambda language: language.gettext("consent given"),
    "cairn.plan.consent_revoked.v1": lambda language: language.gettext("consent taken back"),
    "cairn.plan.disclosed.v1": lambda language: language.gettext("handed on to somebody outside"),
    "cairn.plan.closed.v1": lambda language: language.gettext("plan closed"),
    "cairn.plan.voided.v1": lambda language: language.gettext("message about a plan set aside"),
    "cairn.goal.proposed.v1": lambda language: language.gettext("goal proposed"),
    "cairn.goal.imported.v1": lambda language: language.gettext("goal brought over from another system"),
    "cairn.goal.agreed.v1": lambda language: language.gettext("goal agreed to"),
    "cairn.goal.contested.v1": lambda language: language.gettext("goal questioned"),
    "cairn.goal.activated.v1": lambda language: language.gettext("work on the goal begun"),
    "cairn.goal.revised.v1": lambda language: language.gettext("goal changed"),
    "cairn.goal.change_requested.v1": lambda language: language.gettext("change asked for"),
    "cairn.goal.change_answered.v1": lambda language: language.gettext("request answered"),
    "cairn.goal.milestone_set.v1": lambda language: language.gettext("milestone set"),
    "cairn.goal.milestone_met.v1": lambda language: language.gettext("milestone reached"),
    "cairn.goal.progress_logged.v1": lambda language: language.gettext("diary entry"),
    "cairn.goal.progress_corrected.v1": lambda language: language.gettext("diary entry put right"),
    "cairn.goal.progress_withdrawn.v1": lambda language: language.gettext("diary entry taken back"),
    "cairn.goal.review_scheduled.v1": lambda language: language.gettext("review set"),
    "cairn.goal.reviewed.v1": lambda language: language.gettext("review held"),
    "cairn.goal.held.v1": lambda language: language.gettext("goal set aside for a while"),
    "cairn.goal.resumed.v1": lambda language: language.gettext("goal taken up again"),
    "cairn.goal.closed.v1": lambda language: language.gettext("goal closed"),
    "cairn.goal.reopened.v1": lambda language: language.gettext("goal opened again"),
    "cairn.goal.entered_in_error.v1": lambda language: language.gettext("goal entered by mistake"),
    "cairn.goal.voided.v1": lambda language: language.gettext("message about a goal set aside"),
}
_FIELDS: Mapping[str, _Said] = {
    "statement": lambda language: language.gettext("own words"),
    "wording": lambda language: language.gettext("wording"),
    "smart": lambda language: language.gettext("what exactly"),
    "smart.specific": lambda language: language.gettext("what exactly"),
    "smart.measure": lambda language: language.gettext("target"),
    "smart.measure.what": lambda language: language.gettext("what is counted"),
    "smart.measure.target": lambda language: language.gettext("target"),
    "smart.measure.unit": lambda language: language.gettext("unit"),
    "smart.measure.per": lambda language: language.gettext("how often"),
    "smart.measure.direction": lambda language: language.gettext("at least or at most"),
    "smart.achievable": lambda language: language.gettext("what makes it possible"),
    "smart.achievable.confidence": lambda language: language.gettext("how sure, of 10"),
    "smart.achievable.supports": lambda language: language.gettext("what makes it possible"),
    "smart.relevant": lambda language: language.gettext("why it matters"),
    "smart.due": lambda language: language.gettext("due date"),
    "smart.for_weeks": lambda language: language.gettext("weeks"),
    "gas": lambda language: language.gettext("steps"),
    "gas.baseline": lambda language: language.gettext("where it began"),
    "gas.importance": lambda language: language.gettext("how important, of 3"),
    "gas.difficulty": lambda language: language.gettext("how hard, of 3"),
    "relevance": lambda language: language.gettext("how much it matters, of 10"),
    "supports": lambda language: language.gettext("the goal above it"),
    "priority": lambda language: language.gettext("the priority that it serves"),
    "life_area": lambda language: language.gettext("part of life"),
    "horizon": lambda language: language.gettext("how long it takes"),
    "kind": lambda language: language.gettext("what it looks at"),
    "interventions": lambda language: language.gettext("what helps"),
    "clinical_target": lambda language: language.gettext("what it is for"),
    "review_every_days": lambda language: language.gettext("days from review to review"),
    "active_goal_limit": lambda language: language.gettext("most goals at a time"),
    "accommodations": lambda language: language.gettext("what makes pages and talks fit"),
    "reasons": lambda language: language.gettext("reasons for treatment"),
    "program": lambda language: language.gettext("programme"),
    "clinician": lambda language: language.gettext("clinician"),
    "time_zone": lambda language: language.gettext("time zone"),
    "priorities": lambda language: language.gettext("priorities"),
    "on": lambda language: language.gettext("day"),
    "due": lambda language: language.gettext("due date"),
    "due_on": lambda language: language.gettext("due date"),
    "participants": lambda language: language.gettext("who was there"),
    "decision": lambda language: language.gettext("what was decided"),
    "outcome": lambda language: language.gettext("how it ended"),
    "level": lambda language: language.gettext("step"),
    "reason": lambda language: language.gettext("reason"),
    "cause": lambda language: language.gettext("reason"),
    "note": lambda language: language.gettext("note"),
    "text": lambda language: language.gettext("what was said"),
    "request": lambda language: language.gettext("request"),
    "answer": lambda language: language.gettext("answer"),
    "milestone": lambda language: language.gettext("milestone"),
    "instrument": lambda language: language.gettext("questionnaire"),
    "score": lambda language: language.gettext("score"),
    "entry": lambda language: language.gettext("entry"),
    "review": lambda language: language.gettext("review"),
    "first_review_on": lambda language: language.gettext("first review"),
    "next_review_on": lambda language: language.gettext("next review"),
    "done": lambda language: language.gettext("whether it was done"),
    "value": lambda language: language.gettext("number in the diary"),
    "mood": lambda language: language.gettext("mood"),
    "motivation": lambda language: language.gettext("motivation"),
    "setback": lambda language: language.gettext("whether there was a setback"),
    "consent": lambda language: language.gettext("consent"),
    "recipient.text": lambda language: language.gettext("to whom"),
    "recipient.id": lambda language: language.gettext("their id"),
    "recipient.kind": lambda language: language.gettext("who that is"),
    "recipient.address": lambda language: language.gettext("address"),
    "purposes": lambda language: language.gettext("what for"),
    "purpose": lambda language: language.gettext("what for"),
    "what": lambda language: language.gettext("which data"),
    "information": lambda language: language.gettext("the information in words"),
    "until.on": lambda language: language.gettext("until"),
    "until.event": lambda language: language.gettext("until this happens"),
    "until.end_of_treatment": lambda language: language.gettext("until the treatment ends"),
    "signed.by": lambda language: language.gettext("signed by"),
    "signed.capacity": lambda language: language.gettext("signed as"),
    "signed.on": lambda language: language.gettext("signed on"),
    "statements.discloser": lambda language: language.gettext("who may hand it on"),
    "statements.revocation": lambda language: language.gettext("how it can be taken back"),
    "statements.redisclosure": lambda language: language.gettext("whether it may be handed on further"),
    "statements.refusing": lambda language: language.gettext("what it means not to sign"),
    "description": lambda language: language.gettext("what was handed on"),
    "because": lambda language: language.gettext("how it ended"),
    "program.setting": lambda language: language.gettext("where the treatment is"),
    "program.dual_diagnosis": lambda language: language.gettext("dual diagnosis"),
    "override.reason": lambda language: language.gettext("why in spite of the limit"),
    "template.id": lambda language: language.gettext("template"),
    "template.version": lambda language: language.gettext("version of the template"),
    "external": lambda language: language.gettext("in another system"),
    "external.system": lambda language: language.gettext("system"),
    "external.value": lambda language: language.gettext("id"),
    "status": lambda language: language.gettext("status"),
    "status_on": lambda language: language.gettext("since"),
    "started_on": lambda language: language.gettext("begun on"),
    "agreed_by": lambda language: language.gettext("agreed to by"),
    "replaced_by": lambda language: language.gettext("the goal that takes its place"),
    "position": lambda language: language.gettext("position in the log"),
}


def type_name(language: Language, type_: str) -> str:
    """What an event of a type is called; a type that this version does not know by its own name."""
    said = _TYPES.get(type_)
    return said(language) if said is not None else type_


def known_types(language: Language) -> list[tuple[str, str]]:
    """Every type with what it is called, in the order of the catalog: a plan's life, then a goal's."""
    return [(type_, type_name(language, type_)) for type_ in TYPES]


def field_name(language: Language, path: str) -> str:
    """What a field is called that an event changed.

    Args:
        path: As the audit has it, with dots: `smart.measure.target`.
    """
    if (said := _FIELDS.get(path)) is not None:
        return said(language)
    match path.split("."):
        case ["gas", "levels", level] if level in changes.STEPS:
            return language.gettext("step “%(step)s”", step=terms.step(language, int(level)))
        case ["progress", _, name] if name in _FIELDS:
            return _FIELDS[name](language)
        case ["program", name] | ["priorities", _, name]:
            return name.replace("_", " ")
        case parts:
            return " ".join(parts[:_WRITTEN_OUT_PARTS]).replace("_", " ")


def role_name(language: Language, role: str) -> str:
    """In which role somebody acted or submitted."""
    if role == "operator":
        return language.gettext("operator")
    return terms.role(language, role) if role in ROLES else role
