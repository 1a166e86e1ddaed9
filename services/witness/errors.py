"""Why a witness does not run, and why it does not sign."""

from http import HTTPStatus

from events.errors import CairnError


class WitnessRecordsUnusable(CairnError):
    """The keys or the records of this witness cannot be used; the sentence says what to do."""


class NotCosigned(CairnError):
    """A witness does not cosign a checkpoint.

    Attributes:
        status: The status of the answer, as tlog-witness has it.
        size: How large the tree is that it has last cosigned, where the answer says so.
        retry_seconds: When to ask again, where that helps.
    """

    def __init__(self, status: HTTPStatus, detail: str, *, size: int | None = None, retry_seconds: int | None = None):
        super().__init__(detail)
        self.status = status
        self.size = size
        self.retry_seconds = retry_seconds


class StatementNotSigned(CairnError):
    """A witness does not sign a statement of how many events there are.

    Attributes:
        status: The status of the answer.
        code: Why, as docs/witness.md lists the reasons.
    """

    def __init__(self, status: HTTPStatus, code: str, detail: str):
        super().__init__(detail)
        self.status = status
        self.code = code
