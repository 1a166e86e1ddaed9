#!/usr/bin/env bash
set -euo pipefail

# Guess: a channel with the address goals.{org} and no description of org is refused. AsyncAPI 3.0, Parameters Object: the map "MUST contain all the
#   parameters used in the parent channel address". The rule asyncapi3-channel-parameters says the same.
# Seen: npm @asyncapi/parser 3.6.6 refuses the channel where its parameters are {} or lack one ("Missed: org"). Where it has no parameters at all, it
#   has nothing to say, and its model has a channel without parameters. The rule is only asked where the member is there.
# Cost: FastStream 0.7.8 writes such documents for every subject with {org}. They pass for valid, and what is generated from them publishes on the
#   subject "goals.{org}" as it stands.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @asyncapi/parser@3.6.6 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import { Parser } from "@asyncapi/parser";

const look = async (parameters) => {
  const channel = { address: "goals.{org}", messages: { Set: { payload: { type: "string" } } }, ...(parameters && { parameters }) };
  const written = JSON.stringify({ asyncapi: "3.0.0", info: { title: "Goals", version: "1" }, channels: { goals: channel } });
  const { document, diagnostics } = await new Parser().parse(written);
  const refused = diagnostics.filter(({ severity }) => severity === 0).map(({ code }) => code);
  return { refused, parameters: document?.channels().get("goals").parameters().all().length };
};
const seen = { none: await look(undefined), empty: await look({}), other: await look({ patient: {} }), right: await look({ org: {} }) };
console.log("expected: all but the last are refused\nseen:", seen);
const wrong = seen.empty.refused.length > 0 && seen.other.refused.length > 0 && seen.right.refused.length === 0;
process.exit(wrong && seen.none.refused.length === 0 && seen.none.parameters === 0 ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
