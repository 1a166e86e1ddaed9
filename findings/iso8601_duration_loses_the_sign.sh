#!/usr/bin/env bash
set -euo pipefail

# Guess: "-PT15M" (the trigger of most alarms in calendars, RFC 5545, 3.8.6.3) is read as minus fifteen minutes, or refused.
# Seen: npm iso8601-duration 2.1.4 accepts the sign and drops it: parse("-PT15M") is 15 minutes, toSeconds gives 900, and end() of an
#   appointment at 10:00 is 10:15. npm tinyduration 3.4.1 and luxon 3.7.2 keep it.
# Cost: reminders come after the appointment instead of before; offsets point the wrong way without an error.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund iso8601-duration@2.1.4 tinyduration@3.4.1 luxon@3.7.2
cat > try.mjs <<'JS'
import { end, parse, toSeconds } from "iso8601-duration";
import * as tiny from "tinyduration";
import { Duration } from "luxon";
const text = "-PT15M";
const seconds = toSeconds(parse(text)), reminder = end(parse(text), new Date("2026-03-02T10:00:00Z")).toISOString();
console.log(`iso8601-duration: ${seconds} s, reminder at ${reminder}`);
console.log("tinyduration:", JSON.stringify(tiny.parse(text)), "| luxon:", Duration.fromISO(text).as("seconds"), "s");
process.exit(seconds === 900 && reminder === "2026-03-02T10:15:00.000Z" && tiny.parse(text).negative && Duration.fromISO(text).as("seconds") === -900 ? 0 : 1);
JS
echo "iso8601-duration $(node -p 'require("./node_modules/iso8601-duration/package.json").version'), tinyduration $(node -p 'require("./node_modules/tinyduration/package.json").version'), luxon $(node -p 'require("./node_modules/luxon/package.json").version'), node $(node --version)"
node try.mjs || { echo "The behaviour has changed."; exit 1; }
echo "expected: -900 s, reminder at 09:45"
