#!/usr/bin/env bash
set -euo pipefail

# Guess: what a value's toJSON() gives is made canonical like any other value. RFC 8785 has its data created as by ECMAScript's JSON.stringify(), which calls toJSON() first, and sorts "recursively"; so does
#   the README ("lexicographic sorting of JSON Object properties in a recursive process").
# Seen: npm json-canonicalize 3.0.1 hands such a value to JSON.stringify() and keeps the order in which the members were set, at any depth below it; so does the
#   sample code in the RFC's appendix A, which is not normative. npm canonicalize 5.1.0 sorts them.
# Cost: two records of a class with a toJSON(), read from a database and from a form, hold the same and have two digests; plain objects in the tests never show it.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error json-canonicalize@3.0.1 canonicalize@5.1.0 >/dev/null
npm ls --depth=0
cat > try.mjs <<'JS'
import { canonicalize } from 'json-canonicalize';
import other from 'canonicalize';

class Answer {
  constructor(members) { Object.assign(this, members); }
  toJSON() { return { ...this }; }
}
const [one, two] = [{ value: 4, question: { text: 'pain', id: 7 } }, { question: { id: 7, text: 'pain' }, value: 4 }];
const expected = '{"answer":{"question":{"id":7,"text":"pain"},"value":4}}';
const seen = [one, two].map((members) => canonicalize({ answer: new Answer(members) }));
const plain = [one, two].map((members) => canonicalize({ answer: members }));
const others = [one, two].map((members) => other({ answer: new Answer(members) }));
console.log(`with a toJSON(): expected ${expected} twice\n  seen ${seen.join('\n  and  ')}`);
console.log(`plain objects as expected: ${plain.every((text) => text === expected)}; canonicalize as expected: ${others.every((text) => text === expected)}`);
const stated = ['{"answer":{"value":4,"question":{"text":"pain","id":7}}}', expected];
process.exit(seen.every((text, at) => text === stated[at]) && [...plain, ...others].every((text) => text === expected) ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
