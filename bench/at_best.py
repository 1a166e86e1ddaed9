"""How ours stands against the peers when each peer is given the number of writers that suits it best."""

from collections.abc import Sequence

from bench.result import AtBest, Case, PeerAtBest


def at_best(cases: Sequence[Case], by: str) -> AtBest | None:
    """Ours in the case with the most writers, over each peer's best rate in any of the cases; None without peers.

    Args:
        cases: At least one.
        by: What a case is named after, such as `writers`.
    """
    ours = max(cases, key=lambda case: int(case.case[by]))
    peers: dict[str, PeerAtBest] = {}
    for case in cases:
        for peer in case.peers:
            if peer.name not in peers or peer.median > peers[peer.name].median:
                ratio = round(ours.median / peer.median, 3)
                peers[peer.name] = PeerAtBest(name=peer.name, case=case.case, median=peer.median, ratio=ratio)
    if not peers:
        return None
    ranked = tuple(sorted(peers.values(), key=lambda peer: peer.median, reverse=True))
    return AtBest(case=ours.case, median=ours.median, ratio=ranked[0].ratio, peers=ranked)
