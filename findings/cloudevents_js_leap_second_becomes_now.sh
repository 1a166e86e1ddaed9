#!/usr/bin/env bash
set -euo pipefail

# Guess: a time that the receiver cannot read is refused, or handed on as it came. RFC 3339 (section 5.7 and its appendix D)
#   allows 23:59:60 for the leap seconds that there were, and CloudEvents' time is an RFC 3339 timestamp.
# Seen: npm cloudevents 10.0.0 replaces such a time by the moment of reading, in both content modes, without a word.
# Cost: an occurrence of 2016 is stored as one of today; of two replicas that read the log again, each has another time.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund cloudevents@10.0.0

cat > try.mjs <<'JS'
import { HTTP } from "cloudevents";
const time = "2016-12-31T23:59:60Z";
const structured = HTTP.toEvent({ headers: { "content-type": "application/cloudevents+json" },
  body: JSON.stringify({ specversion: "1.0", id: "1", source: "/clock", type: "tick", time }) });
const binary = HTTP.toEvent({ headers: { "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/clock", "ce-type": "tick", "ce-time": time, "content-type": "application/json" }, body: "{}" });
console.log("sent      ", time);
console.log("structured", structured.time);
console.log("binary    ", binary.time);
const aboutNow = (t) => Math.abs(Date.parse(t) - Date.now()) < 60_000;
process.exit(aboutNow(structured.time) && aboutNow(binary.time) ? 0 : 1);
JS
echo "cloudevents $(node -p 'require("./node_modules/cloudevents/package.json").version'), node $(node --version)"
node try.mjs || { echo "The behaviour has changed."; exit 1; }
echo "expected: the time as sent, or an error. seen: the time of reading."
