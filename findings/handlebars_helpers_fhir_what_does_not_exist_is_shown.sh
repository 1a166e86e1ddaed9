#!/usr/bin/env bash
set -euo pipefail

# Guess: {{#if-fhir}} shows its block if the FHIRPath expression is true. false is false in Handlebars' own {{#if}}, and exists(), "=" and "<" give a Boolean in FHIRPath, never nothing for a patient who is there.
# Seen: npm handlebars-helpers-fhir 1.0.0 asks only whether the result is an empty list, and [false] is not one: every comparison and every exists() that is answered shows the block, true or false. {{#unless-fhir}}
#   never shows one, and its {{else}} is not shown in any case. (The README says that an empty list hides the block, and its examples are all paths.)
# Cost: a letter made by a template says "deceased" of the living (deceased = true), and "allergies: see below" of those who have none.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error handlebars-helpers-fhir@1.0.0 handlebars@4.7.10 >/dev/null
npm ls --depth=0
cat > try.cjs <<'JS'
const Handlebars = require('handlebars');
require('handlebars-helpers-fhir').registerWith(Handlebars);

const patient = { resourceType: 'Patient', active: true, deceasedBoolean: false, name: [{ family: 'Doe' }] };
let same = true;
for (const [helper, expression, expected, stated] of [
  ['if-fhir', 'Patient.address', 'else', 'else'],
  ['if-fhir', 'Patient.address.exists()', 'else', 'block'],
  ['if-fhir', 'Patient.name.count() > 5', 'else', 'block'],
  ['if-fhir', 'Patient.deceasedBoolean', 'else', 'block'],
  ['unless-fhir', 'Patient.address.exists()', 'block', ''],
  ['unless-fhir', 'Patient.name', 'else', ''],
]) {
  const seen = Handlebars.compile(`{{#${helper} this expression="${expression}"}}block{{else}}else{{/${helper}}}`)(patient);
  console.log(`{{#${helper}}} ${expression}: expected ${JSON.stringify(expected)}, seen ${JSON.stringify(seen)}`);
  same &&= seen === stated;
}
process.exit(same ? 0 : 1);
JS
timeout 240 node try.cjs || { echo "The behaviour has changed."; exit 1; }
