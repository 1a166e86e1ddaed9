"""Scores that a Goal names as its outcome, where the score does not say which goal it is about."""

from collections.abc import Iterator, Sequence

from services.fhir.incoming.documents import Document, Found
from services.fhir.incoming.goal import goal_key
from services.fhir.incoming.people import People
from services.fhir.incoming.references import Target, resolve
from services.fhir.incoming.refusal import RefusedResource


class Outcomes:
    """The goals of scores, by `Goal.outcomeReference` (R4) and `Goal.outcome.reference` (R5).

    Args:
        documents: The files; a Goal may name a score in another of them.
        people: Who the patients are.
    """

    def __init__(self, documents: Sequence[Document], people: People):
        self._people = people
        self._goals: dict[tuple[str, str], str] = {}
        for document in documents:
            for found in document.goals:
                for target in outcomes_of(found, document):
                    try:
                        patient, goal = goal_key(found, document)
                    except RefusedResource:  # the goal itself is refused, with the place
                        continue
                    self._goals.setdefault((people.token(patient), target.token), goal)

    def goal_of(self, patient: Target, entry: str) -> str | None:
        """The goal that has a score of the patient's as its outcome."""
        return self._goals.get((self._people.token(patient), entry))


def outcomes_of(found: Found, document: Document) -> Iterator[Target]:
    """The Observations that a Goal names as its outcome."""
    r4, r5 = found.resource.get("outcomeReference"), found.resource.get("outcome")
    references = [*(r4 if isinstance(r4, list) else ())]
    references += [each.get("reference") for each in (r5 if isinstance(r5, list) else ()) if isinstance(each, dict)]
    for reference in references:
        try:
            target = resolve("outcomeReference", reference, found, document)
        except RefusedResource:  # what is only named is no score
            continue
        if target.type in ("Observation", None):
            yield target
