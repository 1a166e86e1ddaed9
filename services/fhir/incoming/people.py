"""Whose goals they are: two servers may well use one id for two people, who stay two."""

from collections.abc import Iterable, Mapping

from services.fhir.incoming.documents import Document, Found
from services.fhir.incoming.identity import server_token, token_of
from services.fhir.incoming.references import Target, resolve
from services.fhir.incoming.refusal import RefusedResource
from services.fhir.vocabulary import PATIENT_IDENTIFIER

SERVER = "fhirserver"
"""The CloudEvents extension attribute under which an event keeps the server that its patient is on."""
_LONGEST = 500


class People:
    """Gives each patient a token: that of the FHIR id, to whoever has it first; else one with the server in it.

    Args:
        org: The organisation that is imported into.
        owners: By token, the server from which an earlier import has taken the patient.
        documents: The files, in the order in which patients come first.
    """

    def __init__(self, org: str, owners: Mapping[str, str], documents: Iterable[Document]):
        self._own = f"{PATIENT_IDENTIFIER}:{org}"
        self._owners = dict(owners)
        for document in documents:
            for found in (*document.goals, *document.scores):
                patient = subject_of(found, document)
                if patient is not None and (server := self.server(patient)) is not None:
                    self._owners.setdefault(patient.token, server)

    def token(self, patient: Target) -> str:
        """The token of a patient. Of one without a server nothing says that it is not the one who has the token."""
        server = self.server(patient)
        if server is None or self._owners[patient.token] == server:
            return patient.token
        return server_token(server, patient.token)

    def server(self, patient: Target) -> str | None:
        """The server that a patient is on, in the form in which servers are compared; None for this Cairn itself."""
        return None if patient.server in (None, self._own) else _form(patient.server or "")


def tokens_to_know(documents: Iterable[Document]) -> tuple[set[str], set[str]]:
    """Every token that a patient in the files may have, and the ids of goals of which only the deletion may be there.

    What the log knows of them is what an import builds upon.
    """
    patients: set[str] = set()
    goals: set[str] = set()
    for document in documents:
        for found in (*document.goals, *document.scores):
            target = subject_of(found, document)
            if target is None:
                continue
            patients.add(target.token)
            if target.server is not None:
                patients.add(server_token(_form(target.server), target.token))
        goals |= {token_of(deleted.id) for deleted in document.deletions if deleted.type == "Goal" and deleted.id}
    return patients, goals


def subject_of(found: Found, document: Document) -> Target | None:
    """Where a resource's subject points; None where that cannot be told."""
    try:
        return resolve("subject", found.resource.get("subject"), found, document)
    except RefusedResource:
        return None


def _form(server: str) -> str:
    """A server's base address without what does not tell servers apart."""
    return server.casefold().removeprefix("https://").removeprefix("http://").rstrip("/")[:_LONGEST]
