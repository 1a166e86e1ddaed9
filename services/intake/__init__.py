"""Durable submissions, their rejections, and what other systems bring: FHIR."""
