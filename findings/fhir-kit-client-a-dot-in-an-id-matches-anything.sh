#!/usr/bin/env bash
set -euo pipefail
# Guess: FHIR ids may hold letters, digits, '-' and '.', so Patient/10.1 names one patient.
#   client.resolve({reference, context: bundle}) gives the entry with that fullUrl.
# What happens: fhir-kit-client 2.0.3 makes a regular expression of the reference as it is: the dot matches
#   any character, and Patient/10.1 resolves to the entry Patient/1001 that stands before it. (The base is not
#   looked at either: of two servers' Patient/7 the first wins.)
# Cost: another person's record, with no error. Ids made of numbers with dots (OIDs, versions) are where it
#   happens.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error fhir-kit-client@2.0.3
npm ls --depth=0

cat > check.mjs <<'JS'
import { Client } from 'fhir-kit-client';

let changed = false;
function look(what, expected, stated, seen) {
  console.log(`${what}\n  expected: ${expected}\n  seen:     ${seen}`);
  if (seen !== stated) changed = true;
}

const patient = (id) => ({ fullUrl: `http://example.org/fhir/Patient/${id}`, resource: { resourceType: 'Patient', id } });
const client = new Client({ baseUrl: 'http://127.0.0.1:1/fhir' });
for (const [ids, stated] of [
  [['10.1', '1001'], '10.1'],
  [['1001', '10.1'], '1001'],
]) {
  const context = { resourceType: 'Bundle', type: 'collection', entry: ids.map(patient) };
  const resolved = await client.resolve({ reference: 'Patient/10.1', context });
  look(`Patient/10.1 in a bundle of ${ids.join(' and ')}`, '10.1', stated, resolved.id);
}

if (changed) {
  console.error('The behaviour is no longer as this finding states it.');
  process.exit(1);
}
JS
timeout 240 node check.mjs
