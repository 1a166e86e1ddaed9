"""What the FHIR endpoints need beside the others: FHIR ids found in the log, search parameters, pages, answers."""
