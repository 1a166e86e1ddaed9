"""FHIR both ways: `incoming` makes events of R4 and R5 files, `outgoing` writes what they add up to as R4 and R5.

What both need is here, so that what goes out comes back: `vocabulary` (the names of extensions and of code systems,
Cairn's own and others'), `loinc`, and `ids` (Cairn's ids as FHIR ids).
"""
