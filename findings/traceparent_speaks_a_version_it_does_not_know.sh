#!/usr/bin/env bash
set -euo pipefail

# Guess: a traceparent of a later version is read as far as it is known and the trace goes on, under version 00. W3C Trace Context gives cc-...-01-what-the-future
#   as its example, and says that vendors "MUST use these fields to construct new traceparent field according to the highest version of the
#   specification known to the implementation (in this specification it is 00)".
# Seen: npm traceparent 1.0.0 does neither: for the example it starts another trace, and without the addition it goes on under version cc or 01, of which it
#   knows nothing.
# Cost: the day one caller speaks version 01, its traces end at this service; or the service sends headers that say 01 and have the form of 00.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error traceparent@1.0.0 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import { createRequire } from "node:module";

const TraceParent = createRequire(import.meta.url)("traceparent");
const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
const look = (header) => {
  const next = TraceParent.startOrResume(header, { transactionSampleRate: 1 }).toString();
  return `version ${next.slice(0, 2)}, ${next.slice(3, 35) === trace ? "same" : "another"} trace`;
};
const cases = { [`00-${trace}-00f067aa0ba902b7-01`]: "version 00, same trace", [`01-${trace}-00f067aa0ba902b7-01`]: "version 01, same trace", [`cc-${trace}-00f067aa0ba902b7-01-what-the-future`]: "version 00, another trace" };
let same = true;
for (const [header, stated] of Object.entries(cases)) {
  const seen = look(header);
  console.log(`${header}: expected version 00, same trace, seen ${seen}`);
  same &&= seen === stated;
}
process.exit(same ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
