// Compiles every published schema in ajv's strict mode, and checks events against theirs.
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { readFileSync } from "node:fs";

const { schemas, events } = JSON.parse(readFileSync(0, "utf8"));
const ajv = new Ajv2020({ strict: true, allErrors: true });
addFormats(ajv);
const checks = {};
const refused = [];
for (const [name, schema] of Object.entries(schemas)) {
  try {
    checks[name] = ajv.compile(schema);
  } catch (error) {
    refused.push(`${name}: ${error.message}`);
  }
}
const wrong = [];
let checked = 0;
for (const event of events) {
  for (const [name, document] of [["cloudevent", event], [event.type, event.data]]) {
    const check = checks[name];
    checked += 1;
    if (!check(document)) wrong.push(`${name}: ${ajv.errorsText(check.errors)}`);
  }
}
console.log(JSON.stringify({ compiled: Object.keys(checks).length, checked, refused, wrong }));
