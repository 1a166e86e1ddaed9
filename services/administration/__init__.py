"""The record of operators' acts on the log: it was adopted, it was restored, a message of it was voided."""
