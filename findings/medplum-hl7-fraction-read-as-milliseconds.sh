#!/usr/bin/env bash
set -euo pipefail
# Guess: HL7 v2 (DTM): YYYYMMDDHHMMSS.SSSS, where '.5' is half a second and '.1234' is 0.1234 s; four digits
#   is the format's own form.
# What happens: @medplum/core 5.2.13 (parseHl7DateTime) reads the digits as a count of milliseconds: '.5' is 5
#   ms, and '.1234' is 1.234 s, a second later.
# Cost: events of one device change their order with the number of digits that it sends, and an audit trail is
#   a second off.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @medplum/core@5.2.13 hl7-date@1.0.1
npm ls --depth=0

cat > check.mjs <<'JS'
globalThis.WebSocket ??= class {}; // Node before 22 has none, and the module only needs the name.
const { parseHl7DateTime } = await import('@medplum/core');
const { default: hl7Date } = await import('hl7-date');

let changed = false;
function look(what, expected, stated, seen) {
  console.log(`${what}\n  expected: ${expected}\n  seen:     ${seen}`);
  if (seen !== stated) changed = true;
}

for (const [text, expected, stated] of [
  ['20260301120000.5+0000', '2026-03-01T12:00:00.500Z', '2026-03-01T12:00:00.005Z'],
  ['20260301120000.1234+0000', '2026-03-01T12:00:00.123Z', '2026-03-01T12:00:01.234Z'],
  ['20260301120000.123+0000', '2026-03-01T12:00:00.123Z', '2026-03-01T12:00:00.123Z'],
]) {
  look(`hl7-date, ${text}`, expected, expected, hl7Date.parse(text).toISOString());
  look(`medplum, ${text}`, expected, stated, parseHl7DateTime(text));
}

if (changed) {
  console.error('The behaviour is no longer as this finding states it.');
  process.exit(1);
}
JS
TZ=UTC timeout 240 node check.mjs
