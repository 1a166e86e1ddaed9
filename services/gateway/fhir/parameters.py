"""What a FHIR search may ask for. As everywhere in Cairn, what means nothing here is refused and not ignored."""

from typing import Annotated

from fastapi import Path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from services.fhir.outgoing.elements import Release

Fhir = Annotated[Release, Path(description="The FHIR release.")]
FhirId = Annotated[
    str,
    Path(
        max_length=300,
        description="ORG.PATIENT.GOAL with each underscore written as two dots, or the id that a resource bears.",
    ),
]
_JSON = frozenset({"json", "application/json", "application/fhir+json", "application/fhir json"})
"""In a query a plus sign that was not encoded arrives as a space."""
_Text = Annotated[str, Field(min_length=1, max_length=400)]


def _is_json(value: str) -> str:
    if value.partition(";")[0].strip() not in _JSON:
        raise PydanticCustomError("format", "must be json; Cairn writes FHIR as JSON only")
    return value


class FhirRead(BaseModel):
    """What every FHIR read takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Annotated[str, AfterValidator(_is_json)] | None = Field(None, alias="_format")


class FhirPage(FhirRead):
    """What every FHIR list takes."""

    count: int = Field(100, ge=1, le=500, alias="_count", description="The most resources to return.")
    after: _Text | None = Field(None, alias="_after", description="Where the page begins; taken from the link `next`.")


class OfPatient(FhirPage):
    """Whose resources."""

    patient: _Text | None = Field(None, description="Patient/ORG.PATIENT, or ORG.PATIENT alone.")
    subject: _Text | None = Field(None, description="The same as `patient`.")


class GoalSearch(OfPatient):
    """Which goals."""

    lifecycle_status: _Text | None = Field(None, alias="lifecycle-status", description="Codes, separated by commas.")


class ObservationSearch(OfPatient):
    """Which observations."""

    focus: _Text | None = Field(None, description="Goal/ID: of this goal.")
    code: _Text | None = Field(None, description="CODE or SYSTEM|CODE; several are separated by commas.")


class ProvenanceSearch(FhirPage):
    """Whose provenance."""

    target: _Text | None = Field(None, description="Goal/ID, Goal/ID/_history/VERSION or CarePlan/ID.")
    patient: _Text | None = Field(None, description="Of everything that a patient has.")
