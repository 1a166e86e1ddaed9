"""Benchmarks: how fast Cairn is, beside the machine it ran on and the peers that ran with it.

Each benchmark is one module with `async def run(options, stages) -> Result`, and sets up a server of its own. Peers,
what people would use instead, are modules of `bench.peers`. Nothing here is needed to run Cairn.
"""
