#!/usr/bin/env bash
set -euo pipefail
# Guess: the Location of a created resource leads to it. A relative one is resolved against the address of the
#   request (RFC 9110, 10.2.2); FHIR asks for [base]/[type]/[id], with or without its version.
# What happens: @asymmetrik/fhir-response-util 1.2.4 (of node-fhir-server-core) answers a POST to /4_0_0/Patient
#   with "Location: 4_0_0/Patient/7", which leads to /4_0_0/4_0_0/Patient/7. Its Content-Location is absolute
#   and right. The ETag is a bare 3, no entity tag, while a read of the same version gives W/"3".
# Cost: a client that follows Location gets 404 for what it has just created, or creates it again; one that sends
#   the ETag back in If-Match sends something else than the server compares.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @asymmetrik/fhir-response-util@1.2.4 express@4.22.1
npm ls --depth=0

cat > check.cjs <<'JS'
const express = require('express');
const handler = require('@asymmetrik/fhir-response-util');

let changed = false;
function look(what, expected, stated, seen) {
  console.log(`${what}\n  expected: ${expected}\n  seen:     ${seen}`);
  if (seen !== stated) changed = true;
}

const app = express();
app.post('/:base_version/:type', (req, res) => handler.create(req, res, { id: '7', resource_version: '3' }, { type: 'Patient' }));
app.get('/:base_version/:type/:id', (req, res) => handler.readOne(req, res, { resourceType: 'Patient', id: '7', meta: { versionId: '3' } }));
const server = app.listen(0, '127.0.0.1', async () => {
  const address = `http://127.0.0.1:${server.address().port}/4_0_0/Patient`;
  const created = await fetch(address, { method: 'POST' });
  const location = new URL(created.headers.get('location'), address);
  look('status', 201, 201, created.status);
  look('Location, resolved', '/4_0_0/Patient/7', '/4_0_0/4_0_0/Patient/7', location.pathname);
  look('status there', 200, 404, (await fetch(location)).status);
  look('Content-Location', '/4_0_0/Patient/7/_history/3', '/4_0_0/Patient/7/_history/3', new URL(created.headers.get('content-location')).pathname);
  const etag = (await fetch(`${address}/7`)).headers.get('etag');
  look('ETag when read', 'W/"3"', 'W/"3"', etag);
  look('ETag when created', etag, '3', created.headers.get('etag'));
  server.close();
  server.closeAllConnections();
  if (changed) {
    console.error('The behaviour is no longer as this finding states it.');
    process.exitCode = 1;
  }
});
JS
timeout 240 node check.cjs
