"""`cairn serve background` where there is no server for it: several services fail at once, and one sentence is said."""

from pathlib import Path

import pytest

from tests.forked import cairn


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("nats://127.0.0.1:9", "No NATS server answers at nats://127.0.0.1:9"),
        ("nats://nowhere.invalid", "No NATS server answers at nats://nowhere.invalid"),
        ("ws://127.0.0.1:9", "A NATS address begins with nats:// or tls://"),
    ],
)
async def test_it_ends_with_one_sentence(tmp_path: Path, address: str, sentence: str) -> None:
    ran = await cairn("serve", "background", "--nats-url", address, CAIRN_DATA_DIR=str(tmp_path))
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(f"Error: {sentence}")
    assert ran.err.count("\n") == 1
