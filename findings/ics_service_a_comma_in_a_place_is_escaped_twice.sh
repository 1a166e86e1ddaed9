#!/usr/bin/env bash
set -euo pipefail

# Guess: the place "Room 2, Clinic" is LOCATION:Room 2\, Clinic in the calendar, as RFC 5545 (3.3.11) escapes a text, and "Room 2, Clinic" again in the reader.
# Seen: npm ics-service 1.4.0 escapes the comma and hands the place to ics, which escapes the comma and the backslash once more: LOCATION:Room 2\\\, Clinic. A reader shows "Room 2\, Clinic". The title and the
#   description have their commas right. The name of the calendar is not escaped at all (X-WR-CALNAME:Talks, walks).
# Cost: every address with a comma has a backslash in it, so that maps and a search for the place do not find it.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error ics-service@1.4.0 ics@3.12.0 ical.js@2.2.1 >/dev/null
npm ls --depth=0

cat > try.cjs <<'JS'
"use strict";
const ICAL = require("ical.js").default ?? require("ical.js");
const generate = require("ics-service/generate-ics");
const event = { uid: "1@example.org", start: [2026, 3, 2, 10, 0], duration: { hours: 1 }, title: "Talk, first", location: "Room 2, Clinic", description: "Tea, coffee" };
const text = generate("Talks, walks", [event]);
const read = new ICAL.Component(ICAL.parse(text)).getFirstSubcomponent("vevent");
const [place, title, description] = ["location", "summary", "description"].map((name) => read.getFirstPropertyValue(name));
const name = text.split("\r\n").find((line) => line.startsWith("X-WR-CALNAME"));
console.log(`place: expected ${event.location}, seen ${place}`);
console.log(`title and description: ${title}, ${description}; name of the calendar: ${name}`);
process.exit(place === "Room 2\\, Clinic" && title === event.title && description === event.description && name === "X-WR-CALNAME:Talks, walks" ? 0 : 1);
JS
timeout 60 node try.cjs || { echo "The behaviour has changed."; exit 1; }
