#!/usr/bin/env bash
set -euo pipefail

# Guess: MSH-1 and MSH-2 name the separators of a message (HL7 v2, 2.5.4); a writer uses those that the message names, or names the ones that it uses.
# Seen: npm hl7 1.1.1 reads the separators from MSH, keeps MSH-2 as it was, and writes with | ^ ~ &: a message that declares $ for components is written with
#   ^ between them and "$" still in MSH-2. Its own parser then finds one component. With the usual separators all is well.
# Cost: a relay passes on a patient of the name "Doe^Jo", without a given name, and an identifier with its authority in it, which matches nobody.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error hl7@1.1.1 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import { createRequire } from "node:module";

const { parseString, serializeJSON } = createRequire(import.meta.url)("hl7");
const build = (field, component) => [["MSH", `${component}~\\&`, "A", "B"], ["PID", "1", "", `7${component}${component}${component}H`, "", `Doe${component}Jo`]]
  .map((fields) => fields.join(field)).join("\r");
const cases = [
  ["the usual ones", build("|", "^"), build("|", "^"), "Doe, Jo"],
  ["$ for components", build("|", "$"), "MSH|$~\\&|A|B\rPID|1||7^^^H||Doe^Jo", "Doe^Jo"],
  ["# for fields", build("#", "^"), "MSH|^~\\&|A|B\rPID|1||7^^^H||Doe^Jo", "Doe, Jo"],
];
let same = true;
for (const [name, message, stated, statedName] of cases) {
  const seen = serializeJSON(parseString(message));
  const person = parseString(seen)[1][5][0].join(", ");
  console.log(`${name}: expected ${JSON.stringify(message)} and Doe, Jo; seen ${JSON.stringify(seen)} and ${person}`);
  same &&= seen === stated && person === statedName;
}
process.exit(same ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
