"""Answering a search: the log of the patients concerned, what is found in it, and the bundle of one page."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache

from events.identity import LOG, GoalId
from events.voiding import readable
from services.fhir.outgoing.bundles import link, searchset
from services.fhir.outgoing.elements import Json
from services.fhir.outgoing.outcome import not_applied
from services.fhir.outgoing.patient import TYPES, PatientHistory, ResourceType, history_of
from services.fhir.outgoing.search.finding import find
from services.fhir.outgoing.search.including import Pool, included
from services.fhir.outgoing.search.query import InvalidSearch, read_query
from services.gateway.access.consents import tells_all, told_of
from services.gateway.fhir.exchange import Exchange, invalid
from services.gateway.fhir.patients_asked_for import patients_asked_for
from services.gateway.fhir.reach import log_of, may_bring, refuse_others
from services.gateway.written_resources import read_written


async def search(asked: Exchange, resource: ResourceType) -> Json:
    """The Bundle of a search for resources of one type.

    Raises:
        RequestRefused: it cannot be answered.
    """
    try:
        query = read_query(resource, asked.parameters, lenient=asked.lenient)
        plans, worded = await patients_asked_for(asked, query)
        await refuse_others(asked, plans)
        pool = await (_of_every_type if query.includes else _of_one_type)(asked, plans, resource)
        page = find(pool(resource), worded, datetime.now(UTC))
    except InvalidSearch as error:
        raise invalid(error.parameter, error.detail) from None
    links = links_of(f"{asked.base}/{resource}", query.applied, page.next)
    return searchset(
        asked.base,
        page.resources,
        page.total if query.with_total else None,
        links,
        included=included(page.resources, query.includes, pool),
        outcome=not_applied(query.ignored),
    )


async def read_resources(asked: Exchange, plan_id: GoalId, kind: ResourceType) -> list[Json]:
    """What a patient has of one type, for whoever may read it. The answer tells something of that patient, be it of
    nothing.
    """
    log = await log_of(asked, plan_id)
    asked.saw(plan_id)
    key = (plan_id, asked.release, kind)
    # What is kept was written of all events; who is told of fewer has it written anew.
    in_full = tells_all(asked.asks.principal, plan_id.org, plan_id.patient)
    known = asked.here.written.get(key) if in_full else None
    if known is not None and await log.patient_ends_with(plan_id, known.behind):
        return read_written(known)
    messages = await log.read_stored(plan_id.patient_on(LOG))
    events = told_of(asked.asks.principal, plan_id.org, plan_id.patient, readable(messages))
    resources = [*history_of(events).resources_of(kind, asked.release)]
    if in_full and messages:
        asked.here.written.keep(key, messages[-1], resources)
    return resources


async def _of_one_type(asked: Exchange, plans: Sequence[GoalId], resource: ResourceType) -> Pool:
    found = [each for plan in plans for each in await read_resources(asked, plan, resource)]
    return lambda kind: found if kind == resource else ()


async def _of_every_type(asked: Exchange, plans: Sequence[GoalId], resource: ResourceType) -> Pool:
    histories = [await _read_history(asked, plan) for plan in plans]
    told = {(plan, kind) for plan in plans for kind in TYPES if kind == resource or await may_bring(asked, plan, kind)}

    @cache
    def pool(kind: ResourceType) -> Sequence[Json]:
        whose = zip(plans, histories, strict=True)
        return [each for plan, had in whose if (plan, kind) in told for each in had.resources_of(kind, asked.release)]

    return pool


async def _read_history(asked: Exchange, plan_id: GoalId) -> PatientHistory:
    """All that a patient has, for whoever may read it."""
    log = await log_of(asked, plan_id)
    asked.saw(plan_id)
    return history_of(told_of(asked.asks.principal, plan_id.org, plan_id.patient, await log.read_patient(plan_id)))


def links_of(url: str, applied: Sequence[tuple[str, str]], following: str | None) -> list[Json]:
    """The links of a page: to itself, as it was applied, and to the one after."""
    links = [link("self", url, applied)]
    if following is not None:
        without = [(name, value) for name, value in applied if name != "_after"]
        links.append(link("next", url, [*without, ("_after", following)]))
    return links
