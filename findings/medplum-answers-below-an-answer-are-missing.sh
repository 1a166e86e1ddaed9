#!/usr/bin/env bash
set -euo pipefail
# Guess: FHIR: a question may stand below an answer (QuestionnaireResponse.item.answer.item: 'if yes, how
#   often?'). getAllQuestionnaireAnswers gives all answers by linkId.
# What happens: @medplum/core 5.2.13 descends into item.item and not into item.answer.item: the follow-up
#   question is missing from the result. getQuestionnaireAnswers gives the first of two answers within one
#   item, and the last of a repeated item.
# Cost: the follow-up to 'any thoughts of harming yourself: yes' is not among the answers.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @medplum/core@5.2.13
npm ls --depth=0

cat > check.mjs <<'JS'
globalThis.WebSocket ??= class {}; // Node before 22 has none, and the module only needs the name.
const { getAllQuestionnaireAnswers, getQuestionnaireAnswers } = await import('@medplum/core');

let changed = false;
function look(what, expected, stated, seen) {
  console.log(`${what}\n  expected: ${expected}\n  seen:     ${seen}`);
  if (seen !== stated) changed = true;
}

const response = {
  resourceType: 'QuestionnaireResponse',
  status: 'completed',
  item: [
    { linkId: 'harm', answer: [{ valueBoolean: true, item: [{ linkId: 'harm-often', answer: [{ valueString: 'daily' }] }] }] },
    { linkId: 'group', item: [{ linkId: 'inside', answer: [{ valueInteger: 1 }, { valueInteger: 2 }] }] },
    { linkId: 'drink', answer: [{ valueInteger: 1 }] },
    { linkId: 'drink', answer: [{ valueInteger: 2 }] },
  ],
};
look('linkIds', 'harm, harm-often, inside, drink', 'harm, inside, drink', Object.keys(getAllQuestionnaireAnswers(response)).join(', '));
const one = getQuestionnaireAnswers(response);
look('one answer of inside (1, 2) and of drink (1, then 2)', 'both first or both last', '1, 2', `${one.inside.valueInteger}, ${one.drink.valueInteger}`);

if (changed) {
  console.error('The behaviour is no longer as this finding states it.');
  process.exit(1);
}
JS
timeout 240 node check.mjs
