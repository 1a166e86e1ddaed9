#!/usr/bin/env bash
set -euo pipefail
# Guess: a goal's target (5000 steps by April 2026) keeps its amount and its due date in C-CDA, or the
#   conversion says that it cannot.
# What happens: @medplum/ccda 5.1.10 writes the target as an observation whose effectiveTime is the goal's
#   start date; due date and amount are in the XML nowhere, and the goal read back has an empty target.
# Cost: what was agreed to be reached, and by when, is lost between two systems that both hold it.

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

const goal = {
  resourceType: 'Goal',
  id: 'g',
  lifecycleStatus: 'active',
  description: { text: 'Walk each day' },
  subject: { reference: 'Patient/p' },
  startDate: '2026-03-01',
  target: [{ measure: { text: 'Steps' }, detailInteger: 5000, dueDate: '2026-04-30' }],
};
const xml = convertCcdaToXml(convertFhirToCcda(documentOf([goal])));
const read = convertCcdaToFhir(convertXmlToCcda(xml)).entry.map((entry) => entry.resource);
look('the words are in the XML', 'true', true, xml.includes('Walk each day'));
look('the amount is in the XML', 'true', false, xml.includes('5000'));
look('the due date is in the XML', 'true', false, xml.includes('20260430'));
look('target, read back', JSON.stringify(goal.target), '[{}]', JSON.stringify(read.find((resource) => resource.resourceType === 'Goal').target));

if (changed) {
  console.error('The behaviour is no longer as this finding states it.');
  process.exit(1);
}
JS
timeout 240 node check.mjs
