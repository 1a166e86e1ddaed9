"""Signing out where the token cannot be taken back: the browser forgets it, and the page says what is left."""

from types import SimpleNamespace
from typing import cast

import pytest

from services.access.principal import Principal
from services.administration.recording import NotRecorded
from services.gateway.access.sessions import SESSION
from services.gateway.app import create_app
from services.gateway.gateway import Gateway
from services.gateway.metrics import Metrics
from services.gateway.signing_in import SigningIn
from tests.tokens import WrittenOut, asking

WHO = Principal(id="cl-1", kind="person", roles=frozenset({"clinician"}), orgs=frozenset({"north"}), token="t1")


@pytest.mark.parametrize(("fails", "status"), [(False, 303), (True, 200)])
async def test_the_token_is_taken_back_or_it_is_said_that_it_was_not(fails: bool, status: int) -> None:
    revoked: list[str] = []

    async def revoke(token: str) -> None:
        if fails:
            raise NotRecorded("The token could not be revoked: no permission")
        revoked.append(token)

    gateway = SimpleNamespace(metrics=Metrics(), public_url=None, records=None, logs=None)
    app = create_app(cast(Gateway, gateway), WrittenOut(), signing_in=SigningIn(WrittenOut(), revoke=revoke))
    async with asking(app, {"cookie": f"{SESSION}-80={WHO.encoded()}"}) as browser:
        answer = await browser.post("/sign-out")
        again = await browser.post("/sign-out", headers={"cookie": ""})

    assert answer.status_code == status
    assert answer.headers["set-cookie"].startswith(f"{SESSION}-80=; ")
    assert revoked == ([] if fails else ["t1"])
    assert ("could not be taken back" in answer.text) is fails
    assert "Signed in as" not in answer.text
    assert again.status_code == 303
