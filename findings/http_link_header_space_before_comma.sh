#!/usr/bin/env bash
set -euo pipefail

# Guess: elements of a list header may have white space before their comma (RFC 9110, 5.6.1.1: OWS "," OWS), so a second link after
#   'rel="next" , ' is a second link.
# Seen: npm http-link-header 1.1.4 swallows it: one link is left, with a parameter named ', </rows?page=1>; rel'. Without that space there are
#   two. parse-link-header 2.0.0 and li 1.3.0 find two in both.
# Cost: with a sender that sets a space before its commas, the links after the first vanish: a page back, a profile, a licence.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund http-link-header@1.1.4 parse-link-header@2.0.0 li@1.3.0
cat > try.mjs <<'JS'
import LinkHeader from "http-link-header";
import li from "li";
import parse from "parse-link-header";
const spaced = '</rows?page=3>; rel="next" , </rows?page=1>; rel="prev"', tight = spaced.replace(" ,", ",");
console.log("http-link-header, space before the comma:", JSON.stringify(LinkHeader.parse(spaced).refs));
console.log("http-link-header, no space:              ", JSON.stringify(LinkHeader.parse(tight).refs));
console.log("li:", Object.keys(li.parse(spaced)).join(), "| parse-link-header:", Object.keys(parse(spaced)).join());
process.exit(LinkHeader.parse(spaced).refs.length === 1 && LinkHeader.parse(tight).refs.length === 2 && li.parse(spaced).prev && parse(spaced).prev ? 0 : 1);
JS
echo "http-link-header $(node -p 'require("./node_modules/http-link-header/package.json").version'), parse-link-header $(node -p 'require("./node_modules/parse-link-header/package.json").version'), li $(node -p 'require("./node_modules/li/package.json").version'), node $(node --version)"
node try.mjs || { echo "The behaviour has changed."; exit 1; }
