"""A reading in the making: who asks, from where and why, from which its records are made once it is known of whom."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from secrets import token_hex

from events.access_record import AccessRecord, Channel, ReadingOutcome, in_parts
from services.access.policy import Reading
from services.access.principal import Principal
from services.access.records.purposes import usual_purpose

_REQUEST_BYTES = 8


def _new_request() -> str:
    return f"r{token_hex(_REQUEST_BYTES)}"


@dataclass(frozen=True, slots=True)
class ReadingRequest:
    """One request to read.

    Attributes:
        principal: Who asks.
        channel: By which way.
        address: The network address that it came from, where there is one.
        purpose: Why, one of :data:`events.access_record.PURPOSES`; None for the usual one of the principal's role.
        request: An id by which the records of this request are known.
    """

    principal: Principal
    channel: Channel
    address: str | None = None
    purpose: str | None = None
    request: str = field(default_factory=_new_request)

    def records(
        self,
        seen: Mapping[str, Iterable[str]],
        *,
        reading: Reading,
        operation: str,
        interaction: str,
        outcome: ReadingOutcome = "told",
        code: str | None = None,
        of_nobody: bool = False,
    ) -> list[AccessRecord]:
        """The records of what the request was told, or refused.

        Args:
            seen: The patients by organisation.
            reading, operation, interaction, outcome, code: As of :class:`events.access_record.AccessRecord`.
            of_nobody: Whether an organisation without patients has a record too: of a list in which nobody is, or of a
                number over so many that it tells about nobody.
        """
        principal = self.principal
        return [
            AccessRecord(
                request=self.request,
                at=datetime.now(UTC),
                reader=principal.id,
                kind=principal.kind,
                roles=tuple(sorted(principal.roles)),
                client=principal.client,
                token=principal.token,
                address=self.address,
                channel=self.channel,
                org=org,
                patients=some,
                reading=reading,
                operation=operation,
                interaction=interaction,
                purpose=self.purpose or usual_purpose(principal),
                outcome=outcome,
                code=code,
            )
            for org, patients in seen.items()
            for some in [*in_parts(sorted(patients))] or ([()] if of_nobody else ())
        ]
