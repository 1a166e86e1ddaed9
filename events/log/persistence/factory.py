"""What the library asks for its recorders."""

from threading import RLock
from typing import TypeVar

from eventsourcing.persistence import InfrastructureFactory, InterfaceError, ProgrammingError
from eventsourcing.utils import Environment, EnvType, resolve_topic

from events.log.persistence.aggregate_recorder import NATSAggregateRecorder
from events.log.persistence.application_recorder import NATSApplicationRecorder
from events.log.persistence.loop_thread import LoopThread
from events.log.persistence.names import Names
from events.log.persistence.process_recorder import NATSProcessRecorder
from events.log.persistence.recorder import NATSRecorder, RecorderStream
from events.log.persistence.sequences import Sequences
from events.log.persistence.settings import Settings
from events.log.persistence.streams import EVENTS, PROCESSED, TRACKING, declare
from events.log.persistence.tracking_recorder import NATSTrackingRecorder

R = TypeVar("R", bound=NATSRecorder)


class NATSFactory(InfrastructureFactory[NATSTrackingRecorder]):
    """Makes the recorders of one application, or one projection.

    They share one connection and one thread, which begin with the first of them. Each declares its stream.

    Raises:
        OSError: the environment makes no sense.
    """

    def __init__(self, env: Environment | EnvType | None):
        super().__init__(env)
        Settings.read(self.env)
        # Reentrant: the library closes a factory when a garbage collection finds its application, at any moment.
        self._lock = RLock()
        self._thread: LoopThread | None = None
        self._closed = False

    def aggregate_recorder(self, purpose: str = EVENTS) -> NATSAggregateRecorder:
        """A recorder of events, or of what else has versions of an originator, such as snapshots.

        Raises:
            ProgrammingError: the purpose is one that this module has for itself.
        """
        if purpose in {TRACKING, PROCESSED}:
            raise ProgrammingError(f"Streams for {purpose} are not for aggregates.")
        return NATSAggregateRecorder(self._stream(purpose, purpose, PROCESSED))

    def application_recorder(self) -> NATSApplicationRecorder:
        """The recorder of an application, or a subclass that `APPLICATION_RECORDER_TOPIC` names."""
        recorder = self._class(self.APPLICATION_RECORDER_TOPIC, NATSApplicationRecorder)
        return recorder(self._stream(EVENTS, EVENTS, PROCESSED))

    def tracking_recorder(
        self, tracking_recorder_class: type[NATSTrackingRecorder] | None = None
    ) -> NATSTrackingRecorder:
        """The recorder of a projection, of a given class, or of the one that `TRACKING_RECORDER_TOPIC` names."""
        recorder = tracking_recorder_class or self._class(self.TRACKING_RECORDER_TOPIC, NATSTrackingRecorder)
        return recorder(self._stream(TRACKING, EVENTS, TRACKING))

    def process_recorder(self) -> NATSProcessRecorder:
        """The recorder of a processing application, or a subclass that `PROCESS_RECORDER_TOPIC` names."""
        recorder = self._class(self.PROCESS_RECORDER_TOPIC, NATSProcessRecorder)
        return recorder(self._stream(EVENTS, EVENTS, PROCESSED))

    def close(self) -> None:
        """End the connection and the thread; the recorders are of no use any more."""
        with self._lock:
            self._closed = True
        if self._thread is not None:
            self._thread.close()

    def _class(self, key: str, usual: type[R]) -> type[R]:
        topic = self.env.get(key)
        if not topic:
            return usual
        named: type[R] = resolve_topic(topic)
        if not issubclass(named, usual):
            raise OSError(f"{key} names {topic}, which is no subclass of {usual.__name__}.")
        return named

    def _stream(self, purpose: str, events: str, tracking: str) -> RecorderStream:
        settings = Settings.read(self.env)
        names = Names(settings.prefix, self.env.name.lower() or "stored")
        thread = self._running(settings)
        thread.call(declare(thread.nc, names, purpose, replicas=settings.replicas, create=settings.create))
        sequences = Sequences(thread.nc, thread.replies, names.stream(purpose), settings.ack_seconds)
        return RecorderStream(thread, sequences, names.subjects(events), names.subjects(tracking))

    def _running(self, settings: Settings) -> LoopThread:
        with self._lock:
            if self._closed:
                raise InterfaceError("The factory is closed.")
            if self._thread is None:
                self._thread = LoopThread(settings.url, f"eventsourcing {self.env.name}".rstrip(), settings.api)
            return self._thread
