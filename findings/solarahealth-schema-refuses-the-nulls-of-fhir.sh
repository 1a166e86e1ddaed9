#!/usr/bin/env bash
set -euo pipefail
# Guess: FHIR JSON (Primitive elements): 'null values are used to fill out both arrays' so that given and
#   _given stay in step. A schema for R4 accepts them there.
# What happens: @solarahealth/fhir-r4 1.2.0 refuses the null in given and the one in _given ('expected
#   string', 'expected object'). It does accept two values of value[x], which FHIR forbids.
# Cost: every patient with one annotated given name among several is turned away at the door as invalid.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @solarahealth/fhir-r4@1.2.0
npm ls --depth=0

cat > check.mjs <<'JS'
import { createRequire } from 'node:module';

const { createObservationSchema, createPatientSchema } = createRequire(import.meta.url)('@solarahealth/fhir-r4');

let changed = false;
function look(what, expected, stated, seen) {
  console.log(`${what}\n  expected: ${expected}\n  seen:     ${seen}`);
  if (seen !== stated) changed = true;
}

const annotated = { extension: [{ url: 'http://example.org/mark', valueCode: 'preferred' }] };
const patient = (name) => createPatientSchema().safeParse({ resourceType: 'Patient', name: [name] }).success;
look('given in step, no nulls', 'true', true, patient({ given: ['Ann'], _given: [annotated] }));
look('given in step, with nulls', 'true', false, patient({ given: ['Ann', 'Marie'], _given: [null, annotated] }));
const observation = { resourceType: 'Observation', status: 'final', code: { text: 'x' }, valueInteger: 1, valueString: 'x' };
look('two values of value[x]', 'false', true, createObservationSchema().safeParse(observation).success);

if (changed) {
  console.error('The behaviour is no longer as this finding states it.');
  process.exit(1);
}
JS
timeout 240 node check.mjs
