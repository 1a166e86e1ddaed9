"""The endpoints of the pages. They are for people, and so the OpenAPI description leaves them out."""
