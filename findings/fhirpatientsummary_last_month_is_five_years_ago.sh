#!/usr/bin/env bash
set -euo pipefail

# Guess: an illness that ended last month is among the past illnesses "within the last 5 years", by what is known of its dates. Condition.recordedDate is optional (0..1) in FHIR, and often missing where onsetDateTime and
#   abatementDateTime are there.
# Seen: npm @imranq2/fhirpatientsummary 1.0.45 looks at recordedDate alone: without it the illness is left out of the list and counted as one of the "additional past illnesses older than 5 years ago".
# Cost: the operation of last month is a thing of long ago for whoever reads the summary, and they are not told which.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @imranq2/fhirpatientsummary@1.0.45 >/dev/null
npm ls --depth=0
cat > try.cjs <<'JS'
const { ComprehensiveIPSCompositionBuilder } = require('@imranq2/fhirpatientsummary');

console.info = () => {}; // it tells of each section that it uses
const say = (text) => process.stdout.write(`${text}\n`);
const status = (code, set) => ({ coding: [{ system: `http://terminology.hl7.org/CodeSystem/${set}`, code }] });
const concept = (text, code) => ({ coding: [{ system: 'http://snomed.info/sct', code, display: text }], text });
const subject = { reference: 'Patient/p' };
const patient = { resourceType: 'Patient', id: 'p', name: [{ given: ['Ann'], family: 'Doe' }], gender: 'female', birthDate: '1980-03-01' };

async function sections(resources) {
  const bundle = { resourceType: 'Bundle', type: 'collection', entry: [patient, ...resources].map((resource) => ({ resource })) };
  const builder = new ComprehensiveIPSCompositionBuilder().setPatient(patient);
  await builder.readBundleAsync(bundle, 'Europe/London');
  const summary = await builder.buildBundleAsync('org', 'Clinic', 'https://example.org/fhir/', 'Europe/London');
  const plain = (html) => html.replace(/<style[^]*?<\/style>/g, '').replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
  return Object.fromEntries(summary.entry[0].resource.section.map((section) => [section.title, plain(section.text?.div ?? '')]));
}

const day = (back) => new Date(Date.now() - back * 86400000).toISOString().slice(0, 10);
const appendicitis = (recorded) => ({
  resourceType: 'Condition', id: 'c1', subject, code: concept('Appendicitis', '74400008'), onsetDateTime: day(40), abatementDateTime: day(30),
  clinicalStatus: status('resolved', 'condition-clinical'), verificationStatus: status('confirmed', 'condition-ver-status'), ...(recorded ? { recordedDate: day(40) } : {}),
});

(async () => {
  const seen = [];
  for (const recorded of [true, false]) {
    const past = (await sections([appendicitis(recorded)]))['History of Past Illness'] ?? '';
    seen.push(`${past.includes('Appendicitis') ? 'listed' : 'not listed'}; ${/\d+ additional past illnesses older than 5 years/.exec(past)?.[0] ?? 'none older'}`);
    say(`over since ${day(30)}, ${recorded ? 'with' : 'without'} a recordedDate: expected listed; none older, seen ${seen.at(-1)}`);
  }
  process.exit(seen[0] === 'listed; none older' && seen[1] === 'not listed; 1 additional past illnesses older than 5 years' ? 0 : 1);
})();
JS
timeout 240 node try.cjs || { echo "The behaviour has changed."; exit 1; }
