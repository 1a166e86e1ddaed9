"""What the server answers to an append."""

from nats.aio.msg import Msg
from pydantic_core import from_json

from events.errors import CairnError
from events.log.client.replies import status_of
from events.log.failures import LogFull, LogUnavailable, MessageTooLarge, WrongVersion
from events.log.message import is_wrong_sequence

_TOO_LARGE = frozenset({10054, 10097})
_NO_ROOM = frozenset({10002, 10023, 10028, 10047})
"""What the account may store, what the server has, its memory and its storage are used up."""
_STORE_FAILED = 10077
_FULL_STORE = ("maximum bytes exceeded", "maximum messages exceeded", "no space left")
"""How the server words it that a store took no message because of its limits; 10077 has other reasons too."""


class Refused(Exception):
    """The server said no.

    Attributes:
        error: What that means for whoever appends.
        settled: Whether it leaves no doubt: nothing of the batch was stored, or will be.
        passing: Whether it may be over in a moment: a cluster that has lost a server elects another leader.
    """

    def __init__(self, error: CairnError, *, settled: bool, passing: bool = False):
        super().__init__(str(error))
        self.error = error
        self.settled = settled
        self.passing = passing


def acknowledged(message: Msg) -> int:
    """The position of the last message that was stored.

    Raises:
        Refused: nothing was stored, as far as the server that answers knows.
    """
    if status_of(message) == "503":
        raise Refused(LogUnavailable("The log's stream is not there.", certain=True), settled=True, passing=True)
    answer = from_json(message.data)
    error = answer.get("error")
    if error is None:
        return int(answer["seq"])
    description = error.get("description", "no reason given")
    if is_wrong_sequence(error):
        raise Refused(WrongVersion(description), settled=True)
    if error.get("err_code") in _TOO_LARGE:
        raise Refused(MessageTooLarge(f"The log takes no message of this size: {description}."), settled=True)
    if _says_full(error.get("err_code"), description):
        raise Refused(LogFull(f"The log has no more room: {description}.", told=True), settled=False)
    raise Refused(LogUnavailable(f"The log refused the append: {description}.", certain=True), settled=False)


def _says_full(code: int | None, description: str) -> bool:
    return code in _NO_ROOM or (code == _STORE_FAILED and any(each in description for each in _FULL_STORE))
