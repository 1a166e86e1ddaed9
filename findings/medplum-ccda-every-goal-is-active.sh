#!/usr/bin/env bash
set -euo pipefail
# Guess: a Goal on hold, rejected or entered in error becomes a Goal Observation in C-CDA whose statusCode
#   says so (suspended, nullified and the like), or an error.
# What happens: @medplum/ccda 5.1.10 (convertFhirToCcda) writes statusCode 'active' for on-hold, rejected and
#   entered-in-error alike: the goal that was a mistake, the one the patient rejected and the one on hold are
#   all active.
# Cost: the next clinic works on goals that the patient refused, or that belong to somebody else.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @medplum/ccda@5.1.10 @medplum/core@5.1.10
npm ls --depth=0

cat > check.mjs <<'JS'
globalThis.WebSocket ??= class {}; // Node before 22 has none, and the module only needs the name.
const { convertCcdaToFhir, convertCcdaToXml, convertFhirToCcda, convertXmlToCcda } = await import('@medplum/ccda');

let changed = false;
function look(what, expected, stated, seen) {
  console.log(`${what}\n  expected: ${expected}\n  seen:     ${seen}`);
  if (seen !== stated) changed = true;
}

function documentOf(goals) {
  const section = {
    title: 'Goals',
    code: { coding: [{ system: 'http://loinc.org', code: '61146-7' }] },
    text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">Goals</div>' },
    entry: goals.map((goal) => ({ reference: `Goal/${goal.id}` })),
  };
  const composition = {
    resourceType: 'Composition',
    status: 'final',
    type: { coding: [{ system: 'http://loinc.org', code: '34133-9' }] },
    date: '2026-03-01T12:00:00+01:00',
    author: [{ reference: 'Practitioner/d' }],
    title: 'Summary',
    subject: { reference: 'Patient/p' },
    section: [section],
  };
  const patient = { resourceType: 'Patient', id: 'p', name: [{ given: ['Ann'], family: 'Doe' }], birthDate: '1980-03-01', gender: 'female' };
  const practitioner = { resourceType: 'Practitioner', id: 'd', name: [{ family: 'Roe' }] };
  return { resourceType: 'Bundle', type: 'document', entry: [composition, patient, practitioner, ...goals].map((resource) => ({ resource })) };
}

const goalOf = (lifecycleStatus) => ({
  resourceType: 'Goal',
  id: lifecycleStatus,
  lifecycleStatus,
  description: { text: lifecycleStatus },
  subject: { reference: 'Patient/p' },
  startDate: '2026-03-01',
});
for (const [status, stated] of [
  ['cancelled', 'cancelled'],
  ['on-hold', 'active'],
  ['rejected', 'active'],
  ['entered-in-error', 'active'],
]) {
  const xml = convertCcdaToXml(convertFhirToCcda(documentOf([goalOf(status)])));
  const read = convertCcdaToFhir(convertXmlToCcda(xml)).entry.map((entry) => entry.resource);
  look(`a goal that is ${status}, after C-CDA`, status, stated, read.find((resource) => resource.resourceType === 'Goal').lifecycleStatus);
}

if (changed) {
  console.error('The behaviour is no longer as this finding states it.');
  process.exit(1);
}
JS
timeout 240 node check.mjs
