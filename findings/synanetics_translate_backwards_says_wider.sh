#!/usr/bin/env bash
set -euo pipefail

# Guess: a translation backwards (reverse = true) tells how what it returns stands to what was asked: if a map says of "walks with a stick" that the target "walks" is wider, then from "walks" back to "walks with a
#   stick" the match is narrower. ConceptMap reads "the target mapping is wider in meaning than the source concept", and reverse "reverses the meaning of the source and target parameters".
# Seen: npm @synanetics/fhir-translate 1.2.0 returns the code of the other side with the equivalence of the way there: "walks" comes back as "walks with a stick", wider.
# Cost: a client that takes only matches that are equal or wider, so as not to claim more than it knows, records a stick of which nobody spoke.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --ignore-scripts --loglevel=error @synanetics/fhir-translate@1.2.0 >/dev/null
npm ls --depth=0
cat > try.cjs <<'JS'
const { conceptMapTranslate } = require('@synanetics/fhir-translate');

const [ours, theirs] = ['http://example.org/ours', 'http://example.org/theirs'];
const map = {
  resourceType: 'ConceptMap', url: 'http://example.org/map', status: 'active',
  group: [{ source: ours, target: theirs, element: [
    { code: 'walks-with-a-stick', target: [{ code: 'walks', equivalence: 'wider' }] },
    { code: 'moves', target: [{ code: 'swims', equivalence: 'narrower' }] },
  ] }],
};

function translated(system, code, reverse) {
  const parameter = [{ name: 'coding', valueCoding: { system, code } }, ...(reverse ? [{ name: 'reverse', valueBoolean: true }] : [])];
  const answer = conceptMapTranslate({ parameters: { resourceType: 'Parameters', parameter }, fhirVersion: 'r4', conceptMaps: [map] });
  const { part } = answer.parameter.find((one) => one.name === 'match');
  return `${part.find((one) => one.name === 'concept').valueCoding.code}, ${part.find((one) => one.name === 'equivalence').valueCode}`;
}

let same = true;
for (const [system, code, reverse, expected, stated] of [
  [ours, 'walks-with-a-stick', false, 'walks, wider', 'walks, wider'],
  [theirs, 'walks', true, 'walks-with-a-stick, narrower', 'walks-with-a-stick, wider'],
  [theirs, 'swims', true, 'moves, wider', 'moves, narrower'],
]) {
  const seen = translated(system, code, reverse);
  console.log(`${code}${reverse ? ', backwards' : ''}: expected ${expected}, seen ${seen}`);
  same &&= seen === stated;
}
process.exit(same ? 0 : 1);
JS
timeout 240 node try.cjs || { echo "The behaviour has changed."; exit 1; }
