"""A notary that pauses for no longer than it must."""

from pathlib import Path

import pytest

from services.notary import notary as at_work
from services.notary import signing_rounds
from tests.unit.notary.bench import Bench


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    for module, pause in (
        *((signing_rounds, each) for each in ("SIGN_EVERY_SECONDS", "AGAIN_SECONDS")),
        *((at_work, each) for each in ("LOOK_SECONDS", "_RESTART_SECONDS")),
    ):
        monkeypatch.setattr(module, pause, 0.01)
    return Bench(tmp_path)
