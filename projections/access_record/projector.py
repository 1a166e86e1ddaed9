"""From the messages of `CAIRN_ACCESS` to rows. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from events.access_record import AccessRecord, UnreadableAccessRecords, decode_group
from events.envelope import StoredMessage
from projections.engine.projection import Projected, Row
from projections.engine.quarantine import Quarantined


def project(messages: Sequence[StoredMessage]) -> tuple[list[Projected[None]], list[Quarantined]]:
    """The rows of each message, and the messages that cannot be read.

    A message that cannot be read holds up none behind it, as no record depends on another.
    """
    projected: list[Projected[None]] = []
    refused: list[Quarantined] = []
    for message in messages:
        try:
            group = decode_group(message.data)
        except UnreadableAccessRecords as error:
            refused.append(Quarantined(message.position, message.subject, str(error)))
            continue
        projected.append(
            Projected(
                upserts={
                    "readings": [_reading(message.position, *numbered) for numbered in enumerate(group)],
                    "patients": list(_patients(message.position, group)),
                }
            )
        )
    return projected, refused


def _reading(position: int, number: int, record: AccessRecord) -> Row:
    told = record.model_dump(exclude={"org", "patients"})
    return {"position": position, "number": number, **told, "roles": ",".join(record.roles)}


def _patients(position: int, group: Sequence[AccessRecord]) -> Iterator[Row]:
    by_list: defaultdict[tuple[str, tuple[str, ...]], list[int]] = defaultdict(list)
    for number, record in enumerate(group):
        by_list[record.org, record.patients].append(number)
    told: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for (org, patients), numbers in by_list.items():
        for patient in dict.fromkeys(patients):
            told[org, patient] += numbers
    for (org, patient), numbers in told.items():
        yield {
            "org": org,
            "patient": patient,
            "position": position,
            "numbers": f",{','.join(map(str, numbers))},",
        }
