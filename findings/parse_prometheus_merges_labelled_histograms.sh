#!/usr/bin/env bash
set -euo pipefail

# Guess: a histogram with a label, http_seconds_bucket{route="a",le="1"} and the same for route="b", is read as two metrics with their labels, buckets, sums and
#   counts, as a counter with labels is.
# Seen: npm parse-prometheus-text-format 1.1.1 gives one metric for all of them: no labels, no sum, no count, and of each bucket the number that came
#   last. With one set of labels the sum, the count and the labels are missing as well. Without labels it is right.
# Cost: latency and error budgets computed from a scrape are those of the last route in the text, under the name of the whole service.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error parse-prometheus-text-format@1.1.1 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import { createRequire } from "node:module";

const required = createRequire(import.meta.url)("parse-prometheus-text-format");
const parse = required.default ?? required;
const lines = (label, first, all) => {
  const [inner, whole] = label ? [`${label},`, `{${label}}`] : ["", ""];
  return `h_bucket{${inner}le="1"} ${first}\nh_bucket{${inner}le="+Inf"} ${all}\nh_sum${whole} ${all}\nh_count${whole} ${all}\n`;
};
const read = (text) => JSON.stringify(parse(`# TYPE h histogram\n${text}`)[0].metrics);
const plain = read(lines("", 2, 3)), labelled = read(lines('route="a"', 2, 3) + lines('route="b"', 5, 6));
console.log(`without labels: ${plain}\nroute a (2 of 3) and route b (5 of 6): expected two metrics with labels, sum and count\nseen: ${labelled}`);
process.exit(plain === '[{"buckets":{"1":"2","+Inf":"3"},"count":"3","sum":"3"}]' && labelled === '[{"buckets":{"1":"5","+Inf":"6"}}]' ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
