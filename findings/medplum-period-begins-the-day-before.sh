#!/usr/bin/env bash
set -euo pipefail
# Guess: a Period from 2026-03-01 to 2026-03-31 has dates without a time, so it reads 1 March to 31 March
#   everywhere; formatDate in the same module does it.
# What happens: @medplum/core 5.2.13 (formatPeriod, formatDateTime) takes a date for midnight UTC and shows it
#   in the zone of the host: in New York '2/28/2026, 7:00:00 PM - 3/30/2026, 8:00:00 PM'. A month (2026-03) is
#   shown as an instant too.
# Cost: a plan seems to begin and end a day early, west of Greenwich only.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @medplum/core@5.2.13
npm ls --depth=0

cat > check.mjs <<'JS'
globalThis.WebSocket ??= class {}; // Node before 22 has none, and the module only needs the name.
const { formatDate, formatPeriod } = await import('@medplum/core');

let changed = false;
function look(what, expected, stated, seen) {
  console.log(`${what}\n  expected: ${expected}\n  seen:     ${seen}`);
  if (seen !== stated) changed = true;
}

const plain = (text) => text.replaceAll('\u202f', ' ');
look('formatDate 2026-03-01', '3/1/2026', '3/1/2026', formatDate('2026-03-01', 'en-US'));
const period = { start: '2026-03-01', end: '2026-03-31' };
look('formatPeriod 2026-03-01 to 2026-03-31', '3/1/2026 - 3/31/2026', '2/28/2026, 7:00:00 PM - 3/30/2026, 8:00:00 PM', plain(formatPeriod(period, 'en-US')));
look('formatPeriod from 2026-03', 'March 2026 -', '2/28/2026, 7:00:00 PM - ', plain(formatPeriod({ start: '2026-03' }, 'en-US')));

if (changed) {
  console.error('The behaviour is no longer as this finding states it.');
  process.exit(1);
}
JS
TZ=America/New_York timeout 240 node check.mjs
