"""What goes wrong between a writer and the log."""

from collections.abc import Callable, Mapping

import pytest

from events.log.client.resilient import ResilientClient

_UNDER_WAY = b'{"error":{"code":400,"err_code":10164,"description":"wrong last sequence"}}'
_Send = Callable[[str, Mapping[str, str], bytes, str], None]


class Wire:
    """What goes out to the log over a connection; a test may lose some of it on the way."""

    def __init__(self, nc: ResilientClient, patch: pytest.MonkeyPatch):
        self._send: _Send = nc.send
        self.lost: Callable[[bytes], bool] = lambda body: False
        self.unanswered: Callable[[bytes], bool] = lambda body: False
        self.on_question: Callable[[], None] = lambda: None
        """Called when the log asks whether a doubtful append was stored."""
        self.overtaken = 0
        """How often that question overtakes what was lost, before it arrives after all."""
        self._lost: list[tuple[str, Mapping[str, str], bytes]] = []
        patch.setattr(nc, "send", self._sent)

    @property
    def has_lost(self) -> bool:
        """Whether anything was lost."""
        return bool(self._lost)

    def _sent(
        self,
        subject: str,
        headers: Mapping[str, str],
        body: bytes,
        reply: str = "",
        further: Mapping[str, str] | None = None,
    ) -> None:
        headers = {**headers, **(further or {})}
        if not body:
            self.on_question()
            if self.overtaken:
                self._overtake(reply)
                return
        elif self.lost(body):
            self._lost.append((subject, headers, body))
            return
        elif self.unanswered(body):
            reply = "nobody.listens"
        self._send(subject, headers, body, reply)

    def _overtake(self, question: str) -> None:
        self._send(question, {}, _UNDER_WAY, "")
        self.overtaken -= 1
        if not self.overtaken:
            self.deliver()

    def deliver(self) -> None:
        """What was lost arrives after all."""
        for subject, headers, body in self._lost:
            self._send(subject, headers, body, "nobody.listens")
