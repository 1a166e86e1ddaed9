#!/usr/bin/env bash
set -euo pipefail

# Guess: a change of -1 has the plural form of 1, and one of -2 that of 2. UTS #35 on the operands of plural rules: n is "the absolute value of N". Intl.PluralRules
#   and ICU do so.
# Seen: npm @messageformat/core 3.4.1 (its rules are make-plural's) takes "other" for -1 in English and most other languages, and in Arabic, Czech, Hebrew and
#   Welsh a wrong form for -2 and -3 as well.
# Cost: "-1 points since last week" where "-1 point" was translated; messages about a change read right going up and wrong going down, and no test with
#   counts of things shows it.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @messageformat/core@3.4.1 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import MessageFormat from "@messageformat/core";

const names = { en: ["one", "other"], cs: ["one", "few", "many", "other"], he: ["one", "two", "other"], ar: ["zero", "one", "two", "few", "many", "other"] };
const stated = { en: "other/one", cs: "other/one other/few", he: "other/one other/two", ar: "other/one other/two" };
let same = true;
for (const [language, forms] of Object.entries(names)) {
  const message = new MessageFormat(language).compile(`{n, plural, ${forms.map((form) => `${form}{${form}}`).join(" ")}}`);
  const rules = new Intl.PluralRules(language);
  const up = [1, 2].every((n) => message({ n }) === rules.select(n));
  const down = [-1, -2].map((n) => [message({ n }), rules.select(n)]).filter(([seen, expected]) => seen !== expected).map((pair) => pair.join("/")).join(" ");
  console.log(`${language}: 1 and 2 as in Intl: ${up}; of -1 and -2, seen/expected where they differ: ${down}`);
  same &&= up && down === stated[language];
}
process.exit(same ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
