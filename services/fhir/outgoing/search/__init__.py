"""FHIR search over resources that are written already: what a query asks for, and which resources it finds.

Pure, and of the FHIR specification (R4 3.1.1, R5 3.2.1). Which patients a query is about is found by the gateway; what
is here decides among their resources.
"""
