#!/usr/bin/env bash
set -euo pipefail
# Guess: a reference http://.../Patient/1/_history/3 names version 3, and FHIR (References) has it so that the
#   reader gets that version.
# What happens: fhir-kit-client 2.0.3 asks for version 3 when the server is its own baseUrl, and for the
#   current one (GET Patient/1) when it is another server.
# Cost: a provenance or a consent that points to what was signed is shown with what it says today.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error fhir-kit-client@2.0.3
npm ls --depth=0

cat > check.mjs <<'JS'
import { createServer } from 'node:http';
import { Client } from 'fhir-kit-client';

let changed = false;
function look(what, expected, stated, seen) {
  console.log(`${what}\n  expected: ${expected}\n  seen:     ${seen}`);
  if (seen !== stated) changed = true;
}

const asked = [];
const server = createServer((request, response) => {
  asked.push(request.url);
  response.setHeader('content-type', 'application/fhir+json');
  response.end(JSON.stringify({ resourceType: 'Patient', id: '1' }));
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const root = `http://127.0.0.1:${server.address().port}`;
const client = new Client({ baseUrl: `${root}/own` });
await client.resolve({ reference: `${root}/own/Patient/1/_history/3` });
await client.resolve({ reference: `${root}/other/Patient/1/_history/3` });
server.close();
server.closeAllConnections();
look('asked of its own server', '/own/Patient/1/_history/3', '/own/Patient/1/_history/3', asked[0]);
look('asked of the other', '/other/Patient/1/_history/3', '/other/Patient/1', asked[1]);

if (changed) {
  console.error('The behaviour is no longer as this finding states it.');
  process.exit(1);
}
JS
timeout 240 node check.mjs
