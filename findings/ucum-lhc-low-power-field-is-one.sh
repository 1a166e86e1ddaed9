#!/usr/bin/env bash
set -euo pipefail
# Guess: UCUM defines [HPF] (high power field) as 1 and [LPF] (low power field) as 100: five casts per [LPF]
#   are 0.05 per [HPF].
# What happens: @lhncbc/ucum-lhc 7.1.10 has 1 for both and converts 5 /[LPF] to 5 /[HPF]. @atomic-ehr/ucum
#   0.2.5 gives 0.05.
# Cost: a urine sediment counted at low power is reported a hundred times too high at high power.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @lhncbc/ucum-lhc@7.1.10 @atomic-ehr/ucum@0.2.5
npm ls --depth=0

cat > check.mjs <<'JS'
import ucumLhc from '@lhncbc/ucum-lhc';
import { ucum } from '@atomic-ehr/ucum';

let changed = false;
function look(what, expected, stated, seen) {
  console.log(`${what}\n  expected: ${expected}\n  seen:     ${seen}`);
  if (seen !== stated) changed = true;
}

const lhc = ucumLhc.UcumLhcUtils.getInstance();
look('atomic, 5 /[LPF] in /[HPF]', '0.05', '0.05', ucum.convert(5, '/[LPF]', '/[HPF]').toFixed(2));
const converted = lhc.convertUnitTo('/[LPF]', 5, '/[HPF]');
look('ucum-lhc, 5 /[LPF] in /[HPF]', 'succeeded 0.05', 'succeeded 5', `${converted.status} ${converted.toVal}`);

if (changed) {
  console.error('The behaviour is no longer as this finding states it.');
  process.exit(1);
}
JS
timeout 240 node check.mjs
