"""The key of a log is rotated by its commands, with a witness that is asked over HTTP."""

import re

from events.transparency.keys import VerifierKey, parse_verifier_key
from tests.forked import Ran, cairn
from tests.integration.notary.house import House
from tests.integration.witness.own_witness import OwnWitness
from tests.waiting import eventually


async def test_a_rotation_ends_once_the_witness_trusts_the_new_key(house: House, own_witness: OwnWitness) -> None:
    async def rotate(*arguments: str) -> Ran:
        return await cairn(
            *("notary", "rotate", *arguments),
            CAIRN_NATS_URL=house.server.url,
            CAIRN_DATA_DIR=str(house.settings.data_dir),
            CAIRN_NOTARY_DIR=str(house.settings.notary_folder),
            CAIRN_OPERATOR="ada",
        )

    founded = house.found()
    own_witness.trust(founded.checkpoints)
    async with own_witness.serving(witness_org=None) as client:
        lines = (f"witness own {own_witness.key} {own_witness.url}", "quorum own")
        (house.folder.folder / "policy").write_text("".join(f"{line}\n" for line in lines))
        await house.write(1)
        async with house.notary():
            await house.published(1)
            begun = await rotate()
            new = _key_in(begun)
            await house.write(1)

            async def signed_by_both() -> bool:
                note = await house.asked.checkpoint()
                return any(line.is_of(new) for line in note.signatures)

            await eventually(signed_by_both)
            refused = await rotate("--finish")
            assert refused.code == 1
            assert "too few witnesses of the policy accept the new one (own: " in refused.err

            own_witness.trust(new)
            finished = await rotate("--finish")
            assert finished.code == 0, finished
            assert str(founded.checkpoints) in finished.out
            await house.write(1)
            checkpoint = await house.published(3)
            note = await house.asked.checkpoint()
            assert not [line for line in note.signatures if line.is_of(founded.checkpoints)]
            assert [line for line in note.signatures if line.is_of(own_witness.key)]
            assert await client.last_cosigned(checkpoint.origin) == checkpoint


def _key_in(done: Ran) -> VerifierKey:
    found = re.search(r"^New key of checkpoints: (\S+)$", done.out, re.MULTILINE)
    assert found is not None, done
    return parse_verifier_key(found[1])
