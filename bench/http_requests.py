"""What `cairn bench http` asks the gateway for."""

from typing import Literal, get_args

Request = Literal["goal", "goals", "caseload", "reviews", "submit"]
"""One goal; its organisation's goals, caseload and reviews, 50 of each; an entry that is to be recorded."""
REQUESTS: tuple[Request, ...] = get_args(Request)
"""In the order in which they are measured. Submitting comes last, because the log grows with it."""
