"""Headers that anyone may publish on a subject of a stream."""

BLOCKS = {
    "none": b"",
    "no lines": b"NATS/1.0\r\n\r\n",
    "usual": b"NATS/1.0\r\nce-id: 1\r\nce-type: t\r\n\r\n",
    "a name twice": b"NATS/1.0\r\nce-id: 1\r\nce-type: t\r\nce-id: 2\r\n\r\n",
    "a name in two cases": b"NATS/1.0\r\nce-id: 1\r\nCE-ID: 2\r\n\r\n",
    "bytes that are not UTF-8": b"NATS/1.0\r\nce-id: \xff\xfe1\r\n\r\n",
    "more than ASCII": "NATS/1.0\r\nce-id: Zoë \ufffd\r\n\r\n".encode(),
    "spaces": b"NATS/1.0\r\nce-id:1\r\nce-type:  t \t\r\n\r\n",
    "empty values": b"NATS/1.0\r\nce-id: \r\nce-type:\r\n\r\n",
    "no colon": b"NATS/1.0\r\nce-id\r\nce-type: t\r\n\r\n",
    "an empty line": b"NATS/1.0\r\nce-id: 1\r\n\r\nce-type: t\r\n\r\n",
    "half a line end": b"NATS/1.0\r\nce-id: 1\n2\r3\r\r\n\r\n",
    "names like the server's own": (
        b"NATS/1.0\r\nNats-Msg-Id: a\r\nNats-Stream: X\r\nNats-Subject: y\r\nNats-Sequence: 5\r\n"
        b"Nats-Time-Stamp: 2020-01-01T00:00:00Z\r\nNats-Num-Pending: 3\r\nNats-Last-Sequence: 4\r\n\r\n"
    ),
    "a guard": b"NATS/1.0\r\nce-id: 1\r\nNats-Expected-Stream: KEPT\r\nNats-Required-Api-Level: 0\r\n\r\n",
    "a blind": b"NATS/1.0\r\ncairn-blind: AAECAwQFBgcICQoLDA0ODw\r\nce-id: 1\r\n\r\n",
    "a blind in capitals, which is none of Cairn's": b"NATS/1.0\r\nce-id: 1\r\nCairn-Blind:  no blind \r\n\r\n",
    "two blinds": b"NATS/1.0\r\ncairn-blind: AA\r\nce-id: 1\r\ncairn-blind: AAECAwQFBgcICQoLDA0ODw\r\n\r\n",
    "names that begin like those left out": b"NATS/1.0\r\ncairn-blinds: 1\r\nnats: 2\r\n cairn-blind: 3\r\n\r\n",
    "nothing of its own": b"NATS/1.0\r\nnats-a: 1\r\nNATS-B: 2\r\ncairn-blind: AA\r\n\r\n",
}
"""Blocks of headers that the server takes, by what is odd about them."""
