#!/usr/bin/env bash
set -euo pipefail

# Guess: a patient summary does not list as active what was refuted or entered in error, or says so beside it. FHIR marks verificationStatus as a modifier for that reason: "this element is labeled as a modifier because
#   the status contains the code refuted and entered-in-error that mark the Condition as not currently valid".
# Seen: npm @imranq2/fhirpatientsummary 1.0.45 does not look at it. A refuted allergy, and one entered in error, stand under "Active" beside the confirmed one, with an empty status; a refuted diabetes is on the problem
#   list; a weight of 800 kg in error is the latest vital sign.
# Cost: the summary that goes with somebody to another hospital keeps penicillin from them for life, and has them treated for a disease that was ruled out.

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

const allergy = (id, text, verification, clinical) => ({
  resourceType: 'AllergyIntolerance', id, patient: subject, code: concept(text, id.slice(1)), verificationStatus: status(verification, 'allergyintolerance-verification'),
  ...(clinical ? { clinicalStatus: status(clinical, 'allergyintolerance-clinical') } : {}),
});
const weight = {
  resourceType: 'Observation', id: 'o1', status: 'entered-in-error', subject, effectiveDateTime: '2026-05-03', valueQuantity: { value: 800, unit: 'kg' },
  category: [status('vital-signs', 'observation-category')], code: { coding: [{ system: 'http://loinc.org', code: '29463-7', display: 'Body weight' }] },
};
const diabetes = {
  resourceType: 'Condition', id: 'c1', subject, code: concept('Diabetes', '44054006'), onsetDateTime: '2026-01-01',
  clinicalStatus: status('active', 'condition-clinical'), verificationStatus: status('refuted', 'condition-ver-status'),
};

sections([
  allergy('a1', 'Penicillin', 'refuted', 'active'), allergy('a2', 'Peanut', 'entered-in-error'), allergy('a3', 'Egg', 'confirmed', 'active'), diabetes, weight,
]).then((found) => {
  const allergies = found['Allergies and Intolerances'] ?? '';
  const active = allergies.slice(allergies.indexOf('Active'), allergies.indexOf('Resolved'));
  const listed = ['Penicillin', 'Peanut', 'Egg'].filter((name) => active.includes(name));
  const told = Object.values(found).some((text) => /refuted|error/i.test(text));
  const problem = (found['Problem List'] ?? '').includes('Diabetes');
  const weighed = (found['Vital Signs'] ?? '').includes('800');
  say(`active allergies: expected Egg, seen ${listed.join(', ')}`);
  say(`on the problem list: expected no diabetes, seen ${problem ? 'diabetes' : 'none'}`);
  say(`vital signs: expected none, seen ${weighed ? '800 kg' : 'none'}; "refuted" or "error" is told anywhere: ${told}`);
  process.exit(listed.length === 3 && problem && weighed && !told ? 0 : 1);
});
JS
timeout 240 node try.cjs || { echo "The behaviour has changed."; exit 1; }
