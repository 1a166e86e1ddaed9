"""Who can take part: each peer stores one event before anything is measured."""

from collections.abc import Sequence

from bench.ground import ground
from bench.options import Options, Stage
from bench.peers.peer import Peer, Unavailable
from bench.result import Absent


async def roll_call(
    peers: Sequence[Peer], options: Options, stage: Stage
) -> tuple[tuple[Peer, ...], tuple[Absent, ...]]:
    """The peers that are there, and those that are not, with the reason."""
    present, absent = [], []
    async with ground(options) as fresh:
        for peer in peers:
            try:
                async with peer.opened(fresh, 1) as store:
                    await store.append(0, 0)
                present.append(peer)
            except Unavailable as reason:
                absent.append(Absent(name=peer.name, unavailable=str(reason)))
            stage.advance()
    return tuple(present), tuple(absent)
