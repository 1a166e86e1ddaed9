"""The gateway: submission, reading and the live feed over HTTP; the same reads over NATS.

It decides nothing: what is submitted goes to the goals service, what is read comes from projections and the log.
"""
