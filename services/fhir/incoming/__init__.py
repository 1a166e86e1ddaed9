"""Goals out of FHIR R4 and R5 files, as Cairn's own events. Everything but `submitting` and `log_reading` is pure."""
