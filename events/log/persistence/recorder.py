"""What every recorder is made of."""

from dataclasses import dataclass

from eventsourcing.persistence import Recorder

from events.log.persistence.loop_thread import LoopThread
from events.log.persistence.sequences import Sequences


@dataclass(frozen=True, slots=True)
class RecorderStream:
    """A stream, and the thread that talks to it.

    Attributes:
        thread: Runs the coroutines of the sequences.
        sequences: The stream's contents.
        events: What the subjects of stored events begin with.
        tracking: What the subjects of tracking records begin with.
    """

    thread: LoopThread
    sequences: Sequences
    events: str
    tracking: str


class NATSRecorder(Recorder):
    """A recorder on a stream. It may be used from any number of threads."""

    def __init__(self, stream: RecorderStream):
        self._stream = stream
