#!/usr/bin/env bash
set -euo pipefail
# Guess: FHIRPath has the type Decimal, and fhirpath 5.2.2 says that 0.1 + 0.2 = 0.3 is true. A newer engine
#   would not fall behind that.
# What happens: @atomic-ehr/fhirpath 0.1.4 computes in binary floating point and compares exactly: 0.1 + 0.2 =
#   0.3 is false, and so is 0.1 * 3 = 0.3 on a resource's value.
# Cost: a threshold met exactly counts as missed, for some numbers and not for others.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @atomic-ehr/fhirpath@0.1.4 fhirpath@5.2.2
npm ls --depth=0

cat > check.mjs <<'JS'
import { evaluate } from '@atomic-ehr/fhirpath';
import fhirpath from 'fhirpath';

let changed = false;
function look(what, expected, stated, seen) {
  console.log(`${what}\n  expected: ${expected}\n  seen:     ${seen}`);
  if (seen !== stated) changed = true;
}

const observation = { resourceType: 'Observation', valueQuantity: { value: 0.1, unit: 'h' } };
for (const expression of ['0.1 + 0.2 = 0.3', 'Observation.value.value * 3 = 0.3', '10 / 4 = 2.5']) {
  const stated = expression.startsWith('10') ? '[true]' : '[false]';
  look(`fhirpath, ${expression}`, '[true]', '[true]', JSON.stringify(fhirpath.evaluate(observation, expression.replace('value.value', 'valueQuantity.value'))));
  look(`atomic, ${expression}`, '[true]', stated, JSON.stringify(await evaluate(expression, { input: observation })));
}

if (changed) {
  console.error('The behaviour is no longer as this finding states it.');
  process.exit(1);
}
JS
timeout 240 node check.mjs
