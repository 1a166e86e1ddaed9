#!/usr/bin/env bash
set -euo pipefail
# Guess: a reference that begins with # points into the resource's own 'contained', and nothing outside has to
#   do with it. Turning a bundle into a transaction leaves it as it is.
# What happens: @medplum/core 5.2.13 (convertToTransactionBundle) replaces '#a' by the new urn:uuid of any
#   entry whose id is 'a': the contained person becomes another patient of the bundle. The reference by
#   absolute fullUrl, which should be replaced, is not.
# Cost: a goal expressed by a relative without a record of her own is filed as expressed by another patient.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @medplum/core@5.2.13
npm ls --depth=0

cat > check.mjs <<'JS'
globalThis.WebSocket ??= class {}; // Node before 22 has none, and the module only needs the name.
const { convertToTransactionBundle } = await import('@medplum/core');

let changed = false;
function look(what, expected, stated, seen) {
  console.log(`${what}\n  expected: ${expected}\n  seen:     ${seen}`);
  if (seen !== stated) changed = true;
}

const bundle = {
  resourceType: 'Bundle',
  type: 'collection',
  entry: [
    { fullUrl: 'http://example.org/fhir/Patient/a', resource: { resourceType: 'Patient', id: 'a' } },
    {
      fullUrl: 'http://example.org/fhir/Goal/g',
      resource: {
        resourceType: 'Goal',
        id: 'g',
        contained: [{ resourceType: 'RelatedPerson', id: 'a', patient: { reference: 'Patient/a' } }],
        lifecycleStatus: 'active',
        description: { text: 'Walk each day' },
        subject: { reference: 'http://example.org/fhir/Patient/a' },
        expressedBy: { reference: '#a' },
      },
    },
  ],
};
const [patient, goal] = convertToTransactionBundle(bundle).entry;
const told = (reference) => (reference === patient.fullUrl ? 'the patient' : reference);
look('expressedBy', '#a', 'the patient', told(goal.resource.expressedBy.reference));
look('subject', 'the patient', 'http://example.org/fhir/Patient/a', told(goal.resource.subject.reference));

if (changed) {
  console.error('The behaviour is no longer as this finding states it.');
  process.exit(1);
}
JS
timeout 240 node check.mjs
