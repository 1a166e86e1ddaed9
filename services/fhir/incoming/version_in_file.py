"""One version of a resource in a file: where it stands, and what its events carry about that."""

from dataclasses import dataclass, field

from services.fhir.incoming.documents import Document, Found
from services.fhir.incoming.people import SERVER
from services.fhir.incoming.versions import Versioned, mark_of


@dataclass(frozen=True, slots=True)
class VersionInFile:
    """One version of a resource in a file.

    Attributes:
        server: The server that the patient is on.
    """

    document: Document
    found: Found
    server: str | None = field(default=None, kw_only=True)

    @property
    def versioned(self) -> Versioned:
        """Its place among other versions."""
        return Versioned(mark_of(self.found), self.found.newest_first)

    @property
    def attributes(self) -> dict[str, str]:
        """What its events carry about where it comes from."""
        return {**({SERVER: self.server} if self.server else {}), **self.versioned.mark.attributes()}
