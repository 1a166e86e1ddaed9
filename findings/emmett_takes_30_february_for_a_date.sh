#!/usr/bin/env bash
set -euo pipefail

# Guess: isValidYYYYMMDD says whether a text is a date of that form, and parseDateFromUtcYYYYMMDD refuses a day that does not exist, or gives an invalid Date.
# Seen: in npm @event-driven-io/emmett 0.42.0 2026-02-30, 2026-13-01 and 2026-00-00 are valid; the first is then read as 2 March. The same value, written again,
#   is another date than the one that was checked and stored.
# Cost: a due date mistyped at the end of a month is neither refused nor kept; each service that reads the text has its own day.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @event-driven-io/emmett@0.42.0 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import { formatDateToUtcYYYYMMDD, isValidYYYYMMDD, parseDateFromUtcYYYYMMDD } from "@event-driven-io/emmett";

const texts = ["2026-02-28", "2026-02-30", "2026-13-01", "2026-00-00", "2026-3-1"];
const valid = texts.map((text) => isValidYYYYMMDD(text));
const read = formatDateToUtcYYYYMMDD(parseDateFromUtcYYYYMMDD("2026-02-30"));
console.log(`${texts}\nvalid: expected true,false,false,false,false; seen ${valid}\n2026-02-30 read and written: expected refused, seen ${read}`);
process.exit(String(valid) === "true,true,true,true,false" && read === "2026-03-02" ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
