#!/usr/bin/env bash
set -euo pipefail
# Guess: formatTiming tells a Timing to a person: frequency 1 to frequencyMax 3 per day, every 8 to 12 hours,
#   five times in all, 30 minutes before breakfast.
# What happens: @medplum/core 5.2.13 leaves out frequencyMax, periodMax, count, boundsPeriod, duration and
#   when: 'one to three times a day' and 'daily, five times in all' both read 'Daily', and 'before breakfast'
#   reads as the empty string.
# Cost: a patient is told to take as daily without end what ends after five times.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @medplum/core@5.2.13
npm ls --depth=0

cat > check.mjs <<'JS'
globalThis.WebSocket ??= class {}; // Node before 22 has none, and the module only needs the name.
const { formatTiming } = await import('@medplum/core');

let changed = false;
function look(what, expected, stated, seen) {
  console.log(`${what}\n  expected: ${expected}\n  seen:     ${seen}`);
  if (seen !== stated) changed = true;
}

for (const [repeat, expected, stated] of [
  [{ frequency: 1, period: 1, periodUnit: 'd' }, 'Daily', 'Daily'],
  [{ frequency: 1, frequencyMax: 3, period: 1, periodUnit: 'd' }, '1 to 3 times per day', 'Daily'],
  [{ count: 5, frequency: 1, period: 1, periodUnit: 'd' }, 'Daily, 5 times', 'Daily'],
  [{ frequency: 1, period: 8, periodMax: 12, periodUnit: 'h' }, 'Once per 8 to 12 hours', 'Once per 8 hours'],
  [{ when: ['ACM'], offset: 30 }, '30 minutes before breakfast', ''],
]) {
  look(JSON.stringify(repeat), expected, stated, formatTiming({ repeat }));
}

if (changed) {
  console.error('The behaviour is no longer as this finding states it.');
  process.exit(1);
}
JS
timeout 240 node check.mjs
