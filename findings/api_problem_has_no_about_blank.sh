#!/usr/bin/env bash
set -euo pipefail

# Guess: a problem made with the type "about:blank", or with none, says "about:blank" or has no type: RFC 9457 gives that as the meaning of an absent type, and says
#   that the problem "has no additional semantics beyond that of the HTTP status code".
# Seen: npm api-problem 9.0.2 writes the address of a page of documentation about the status code as the type, also where "about:blank" was given. The type is the
#   problem's identity, so each such answer claims a problem of its own, defined by somebody else.
# Cost: a client that treats about:blank as "only the status counts" finds an unknown type, and a client that follows types leaves the API.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error api-problem@9.0.2 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import { createRequire } from "node:module";

const Problem = createRequire(import.meta.url)("api-problem");
const seen = [new Problem(404), new Problem(400, "Bad Request", "about:blank"), new Problem(400, "Too long", "https://example.org/too-long")].map((problem) => JSON.parse(JSON.stringify(problem)).type);
console.log("expected: [ 'about:blank', 'about:blank', 'https://example.org/too-long' ]\nseen:    ", seen);
const documentation = (type, status) => type.startsWith("https://") && type.endsWith(`/Status/${status}`);
process.exit(documentation(seen[0], 404) && documentation(seen[1], 400) && seen[2] === "https://example.org/too-long" ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
