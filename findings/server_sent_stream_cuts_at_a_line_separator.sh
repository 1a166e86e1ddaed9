#!/usr/bin/env bash
set -euo pipefail

# Guess: a line of an event stream ends at CR, LF or both, and at nothing else; so U+2028, which JSON.stringify leaves in a text as it is, stays in the data.
# Seen: npm @server-sent-stream/parser 1.0.4 gives the data up to that character and drops the rest of the line.
# Cost: an event whose text was pasted from a word processor arrives as half a JSON document, or, as plain text, as half a sentence that looks whole.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @server-sent-stream/parser@1.0.4 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import { createRequire } from "node:module";

const required = createRequire(import.meta.url)("@server-sent-stream/parser");
const Parser = required.default ?? required;
const sent = JSON.stringify({ note: "first\u2028second", score: 3 });
const events = [];
const parser = new Parser((data) => events.push(data));
parser.push(`data: ${sent}\n\ndata: {"score":4}\n\n`);
parser.end();
const show = (text) => text.replaceAll("\u2028", "<U+2028>");
console.log(`expected: ${show(sent)}\nseen:     ${show(events[0])}\nthe next event: ${events[1]}`);
process.exit(events[0] === '{"note":"first' && events[1] === '{"score":4}' ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
