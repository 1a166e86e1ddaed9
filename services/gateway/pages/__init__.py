"""The pages that a clinic looks at: what the queries of the HTTP API find, as HTML.

Nothing is asked of the log or of the database here. An endpoint (`services/gateway/routes/pages/`) reads by the same
query as the HTTP API, a module of this folder makes of it what is said and drawn, and a template says it.
"""
