#!/usr/bin/env bash
set -euo pipefail

# Guess: a Quantity of 0 is written like one of 5, "0 drinks", or as the number 0; an extension that says false is written as false.
# Seen: npm @imranq2/fhir-to-csv 1.0.15 writes the unit alone for 0 ("drinks"), the system's address where there is one, and nothing without
#   a unit. False and 0 in an extension become "undefined". A name without given names is "undefined Doe".
# Cost: "no drinks" is told as "drinks", and the answer no cannot be told from no answer.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
# Only the package itself: one of its dependencies, which this part does not use, comes from no registry.
timeout 900 npm pack --silent @imranq2/fhir-to-csv@1.0.15
tar xzf imranq2-fhir-to-csv-1.0.15.tgz

cat > try.mjs <<'JS'
import { createRequire } from "node:module";

const { BaseResourceExtractor } = createRequire(import.meta.url)("./package/lib/converters/base_extractor.js");
const row = new BaseResourceExtractor();
const cases = [
  ["5 drinks", "5 drinks", "5 drinks", row.convertQuantity({ value: 5, unit: "drinks" })],
  ["0 drinks", "0 drinks", "drinks", row.convertQuantity({ value: 0, unit: "drinks" })],
  ["0 drinks of a system", "0 drinks (urn:x)", "urn:x", row.convertQuantity({ value: 0, unit: "drinks", system: "urn:x" })],
  ["0 without a unit", "0", "undefined", String(row.convertQuantity({ value: 0 }))],
  ["an extension with true", "urn:a=true", "urn:a=true", row.convertExtension({ url: "urn:a", valueBoolean: true })],
  ["an extension with false", "urn:a=false", "urn:a=undefined", row.convertExtension({ url: "urn:a", valueBoolean: false })],
  ["a name without given names", "Doe", "undefined Doe", row.convertHumanName({ family: "Doe" })],
];
let same = true;
for (const [name, expected, stated, seen] of cases) {
  console.log(`${name}: expected ${expected}, seen ${seen}`);
  same &&= seen === stated;
}
process.exit(same ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
