#!/usr/bin/env bash
set -euo pipefail

# Guess: the columns answer1 to answer20 of a QuestionnaireResponse hold its first twenty answers.
# Seen: npm @imranq2/fhir-to-csv 1.0.15 looks for them in item.valueInteger and so on, where FHIR (R4) has item.answer.valueInteger. All
#   columns are empty for every valid response; only one that FHIR would refuse fills them. Nothing is said. Status, subject and date are
#   there, so that the rows look complete.
# Cost: an export of a year of questionnaires has every row and no answer.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
# Only the package itself: one of its dependencies, which this part does not use, comes from no registry.
timeout 900 npm pack --silent @imranq2/fhir-to-csv@1.0.15
tar xzf imranq2-fhir-to-csv-1.0.15.tgz

cat > try.mjs <<'JS'
import { createRequire } from "node:module";

const { QuestionnaireResponseExtractor } = createRequire(import.meta.url)("./package/lib/converters/questionnaire_response_extractor.js");
const response = (item) => ({ resourceType: "QuestionnaireResponse", id: "1", status: "completed", subject: { reference: "Patient/7" }, authored: "2026-03-01", item });
const cases = [
  ["valid", response([{ linkId: "days", answer: [{ valueInteger: 4 }] }, { linkId: "drank", answer: [{ valueBoolean: false }] }]), [4, false], [undefined, undefined]],
  ["without \"answer\", not valid", response([{ linkId: "days", valueInteger: 4 }, { linkId: "drank", valueBoolean: false }]), [undefined, undefined], [4, false]],
];
let same = true;
for (const [name, resource, expected, stated] of cases) {
  const row = new QuestionnaireResponseExtractor().extract(resource);
  const seen = [row.answer1, row.answer2];
  console.log(`${name}: expected ${expected.map(String)}, seen ${seen.map(String)}; status ${row.status}, subject ${row.subjectId}`);
  same &&= seen.every((value, index) => value === stated[index]) && row.subjectId === "7";
}
process.exit(same ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
