"""A service that cannot start is not tried for ever, and its last words are passed on."""

from pathlib import Path

import pytest

from services.node.process import ServiceFailed, ServiceProcess
from services.settings import Settings


async def test_a_service_that_never_gets_ready_is_given_up_with_its_last_words(tmp_path: Path) -> None:
    said: list[str] = []
    service = ServiceProcess(("projection", "moods"), Settings().environment(), tmp_path, said.append)
    with pytest.raises(ServiceFailed, match="There is no projection “moods”"):
        await service.keep()
    assert said == [f"moods ended with exit code 2; starting it again (see {tmp_path}/moods.log)."] * 3
    assert not service.ready.is_set()
