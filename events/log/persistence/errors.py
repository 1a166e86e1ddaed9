"""The core's errors in the library's words, which are those of PEP 249."""

from eventsourcing.persistence import DataError, OperationalError, PersistenceError, ProgrammingError
from nats.errors import Error as NatsError

from events.errors import CairnError
from events.log.failures import LogUnavailable, MessageTooLarge
from events.log.stream import WrongStream

FAILURES = (CairnError, NatsError, OSError, TimeoutError)
"""What can go wrong below, where it is nobody's mistake in this package."""


def translated(failure: Exception) -> PersistenceError:
    """The library's error for one of the :data:`FAILURES`."""
    match failure:
        case WrongStream():
            return ProgrammingError(str(failure))
        case MessageTooLarge():
            return DataError(str(failure))
        case LogUnavailable(certain=False):
            return OperationalError(f"{failure} What was to be stored may have been stored, or not.")
        case _:
            return OperationalError(str(failure) or type(failure).__name__)
