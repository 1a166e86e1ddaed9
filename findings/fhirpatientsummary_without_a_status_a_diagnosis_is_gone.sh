#!/usr/bin/env bash
set -euo pipefail

# Guess: each condition of a person is on the problem list or in the history of past illness. Condition.clinicalStatus has the cardinality 0..1 in FHIR R4: only those of the category problem-list-item have to have one
#   (con-3), a diagnosis of a visit need not.
# Seen: npm @imranq2/fhirpatientsummary 1.0.45 puts a condition without a clinicalStatus in neither list. If it is the only one, the problem list is there and has nothing in it. Nothing is said of it.
# Cost: the asthma that was diagnosed at a visit is not in the summary for the emergency room, and the summary does not look incomplete.

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

const today = new Date().toISOString().slice(0, 10);
const condition = (id, text, code, extra) => ({
  resourceType: 'Condition', id, subject, code: concept(text, code), onsetDateTime: '2026-01-01', verificationStatus: status('confirmed', 'condition-ver-status'),
  category: [status('encounter-diagnosis', 'condition-category')], ...extra,
});
const migraine = condition('c1', 'Migraine', '37796009', { clinicalStatus: status('active', 'condition-clinical') });
const appendicitis = condition('c2', 'Appendicitis', '74400008', { clinicalStatus: status('resolved', 'condition-clinical'), recordedDate: today });
const asthma = condition('c3', 'Asthma', '195967001', {});

(async () => {
  const [all, alone] = [await sections([migraine, appendicitis, asthma]), await sections([asthma])];
  const where = (name) => Object.entries(all).filter(([, text]) => text.includes(name)).map(([title]) => title).join(', ') || 'nowhere';
  const seen = ['Migraine', 'Appendicitis', 'Asthma'].map(where);
  say(`migraine, active: ${seen[0]}\nappendicitis, resolved: ${seen[1]}\nasthma, without a clinicalStatus: expected one of the two, seen ${seen[2]}`);
  say(`asthma alone: sections ${JSON.stringify(Object.keys(alone))}`);
  process.exit(seen[0] === 'Problem List' && seen[1] === 'History of Past Illness' && seen[2] === 'nowhere' && !Object.values(alone).some((text) => text.includes('Asthma')) ? 0 : 1);
})();
JS
timeout 240 node try.cjs || { echo "The behaviour has changed."; exit 1; }
