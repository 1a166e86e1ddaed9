#!/usr/bin/env bash
set -euo pipefail
# Guess: FHIR JSON keeps the two halves of a repeating primitive in step by nulls: given [null, 'Zo'] with
#   _given [extension, null] is an unknown first name and 'Zo'. JSON to XML and back gives the same.
# What happens: fhir 4.12.0 (npm) writes correct XML, and reads it back as given ['Zo'] with _given
#   [extension]: without the nulls, the extension of the unknown name is now on 'Zo'. With the null at the end
#   (given ['Ann', null]) reading the XML back raises a TypeError instead.
# Cost: 'this name is unknown', 'masked' or 'do not use' moves to the neighbour's value, in XML that another
#   system wrote correctly.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error fhir@4.12.0
npm ls --depth=0

cat > check.mjs <<'JS'
import fhirPackage from 'fhir';

let changed = false;
function look(what, expected, stated, seen) {
  console.log(`${what}\n  expected: ${expected}\n  seen:     ${seen}`);
  if (seen !== stated) changed = true;
}

const unknown = { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'masked' }] };
const fhir = new fhirPackage.Fhir();
const patient = { resourceType: 'Patient', name: [{ given: [null, 'Zo'], _given: [unknown, null] }] };
const xml = fhir.jsonToXml(JSON.stringify(patient));
const name = JSON.parse(fhir.xmlToJson(xml)).name[0];
look('the XML has two given elements', '2', 2, xml.split('<given').length - 1);
look('given, read back', '[null,"Zo"]', '["Zo"]', JSON.stringify(name.given));
look('extension at the place of Zo', 'none', 'masked', name._given[name.given.indexOf('Zo')].extension[0].valueCode);
let error = 'none';
try {
  const last = { resourceType: 'Patient', name: [{ given: ['Ann', null], _given: [null, unknown] }] };
  fhir.xmlToJson(fhir.jsonToXml(JSON.stringify(last)));
} catch (raised) {
  error = raised.constructor.name;
}
look('the same with the null at the end', 'no error', 'TypeError', error);

if (changed) {
  console.error('The behaviour is no longer as this finding states it.');
  process.exit(1);
}
JS
timeout 240 node check.mjs
