"""What else an entry of a goal's progress says, in the components that Cairn writes them in."""

from typing import Any

from fhir.resources.observation import Observation as R5Observation
from fhir.resources.R4B.observation import Observation as R4Observation

from services.fhir.incoming.concepts import code_in, number
from services.fhir.vocabulary import PROGRESS


def read_entry(observation: R4Observation | R5Observation) -> dict[str, Any]:  # Any: fields of a progress entry
    """The fields of the entry beside its level, by name; what is checked is their kind, not yet their range."""
    fields: dict[str, Any] = {}
    for component in observation.component or ():
        match code_in(component.code, PROGRESS):
            case "done" | "setback" as name:
                fields[name] = component.valueBoolean
            case "mood" | "motivation" as name:
                fields[name] = component.valueInteger
            case "value" if component.valueQuantity is not None and component.valueQuantity.value is not None:
                fields["value"] = number(component.valueQuantity.value)
    if fields or code_in(observation.code, PROGRESS) is not None:
        fields["note"] = next((note.text for note in observation.note or () if note.text), None)
    return {name: value for name, value in fields.items() if value is not None}
