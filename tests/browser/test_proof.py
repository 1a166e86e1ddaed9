"""The proof on the pages, in a browser: what is signed, the file for other software, and that signing has stopped."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import expect

from events.log import Log, connect
from events.log.stream import STREAM
from events.transparency.checkpoints import opened_checkpoint
from events.transparency.proof_files import InclusionProof, parse_proof
from tests.browser.conftest import Open
from tests.browser.window import NARROW, Window, person
from tests.end_to_end.node import RunningNode
from tests.fake_notary import ORIGIN, FakeNotary
from tests.waiting import eventually

EVENT = "/clinic/northside/audit/12"
REASON = "the log has 5 events, and 9 were signed before"
_SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
async def notary(node: RunningNode, tmp_path: Path) -> AsyncIterator[FakeNotary]:
    """One of the Cairn that is looked at, with a witness, which has signed all that its log holds."""
    nc = await connect(node.nats_url, name="test")
    log = Log(nc)
    async with FakeNotary(nc, STREAM, tmp_path, witnessed=True) as notary:
        await notary.add_log(log)
        notary.sign()
        yield notary
    await log.close()
    await nc.close()


async def shows(window: Window, path: str, text: str) -> None:
    """Open a page until it says something: a gateway may know for a moment how the notary was before."""

    async def said() -> bool:
        await window.open(path)
        return text in await window.page.inner_text("main")

    await eventually(said, within=30)


def proof_in(file: Path) -> InclusionProof:
    return parse_proof(file.read_bytes())


async def test_an_event_says_that_it_is_signed_and_gives_the_proof_as_a_file(window: Open, notary: FakeNotary) -> None:
    async with window() as seen:
        await shows(seen, EVENT, "This event is signed, in the checkpoint of the first")
        proof = seen.page.locator("section[aria-labelledby=proof]")
        await expect(proof).to_contain_text("Witnesses outside that have cosigned it: 1 of 1")

        async with seen.page.expect_download() as download:
            await proof.get_by_role("link", name="The proof as a file").click()
        saved = proof_in(await (await download.value).path())

        assert saved.index == 11
        assert opened_checkpoint(saved.note, notary.key).size == notary.size
        await proof.get_by_text("How to check it").click()
        await expect(proof.get_by_role("link", name="its keys")).to_be_visible()
        await seen.look("light", NARROW)
        assert await seen.page.evaluate(_SIDEWAYS) == 0
        assert seen.complaints == []


async def test_the_audit_says_how_far_it_is_signed(window: Open, notary: FakeNotary) -> None:
    async with window() as seen:
        await shows(seen, "/clinic/northside/audit", "all of it is signed.")

        assert seen.complaints == []


async def test_operations_says_what_is_signed_and_first_of_all_that_it_has_stopped(
    window: Open, notary: FakeNotary
) -> None:
    async with window(person("operator", "", "op-1")) as seen:
        await shows(seen, "/operations", ORIGIN)
        proof = seen.page.locator("section[aria-labelledby=prf]")
        await expect(proof).to_contain_text("Witness alpha")

        notary.status = notary.status.model_copy(update={"stopped": REASON, "stopped_at": datetime.now(UTC)})
        await shows(seen, "/operations", "STOPPED: the notary signs nothing any more.")

        first = seen.page.locator("section[aria-labelledby=notices] li").first
        await expect(first).to_contain_text(REASON)
        await expect(proof).to_contain_text("STOPPED on")
        await seen.look("light", NARROW)
        assert await seen.page.evaluate(_SIDEWAYS) == 0
        assert seen.complaints == []
