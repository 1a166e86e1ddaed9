#!/usr/bin/env bash
set -euo pipefail

# Guess: create_patch(before, after) gives a patch that turns before into after.
# Seen: PyPI json-merge-patch 0.3.0 compares with Python's ==, for which 1 is True, 0 is False and 1 is 1.0. A field that goes from 0 to
#   false, from 1 to true or the other way is not in the patch. npm json-merge-patch 1.0.2 puts it in.
# Cost: a repair of types ("smoker": 1 becomes true) or a count of 0 in place of "no" never reaches the other side, without an error.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund json-merge-patch@1.0.2
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check json-merge-patch==0.3.0 2>/dev/null
cat > try.py <<'PY'
import json, sys
import json_merge_patch
before, after = {"smoker": 1, "falls": False, "age": 40}, {"smoker": True, "falls": 0, "age": 41}
patch = json_merge_patch.create_patch(before, after)
result = json_merge_patch.merge(dict(before), patch)
print("before", json.dumps(before), "after", json.dumps(after))
print("PyPI json-merge-patch:", json.dumps(patch), "which gives", json.dumps(result))
sys.exit(0 if patch == {"age": 41} and list(patch) == ["age"] else 1)
PY
cat > try.mjs <<'JS'
import mergePatch from "json-merge-patch";
const patch = mergePatch.generate({ smoker: 1, falls: false, age: 40 }, { smoker: true, falls: 0, age: 41 });
console.log("npm json-merge-patch: ", JSON.stringify(patch));
process.exit(patch.smoker === true && patch.falls === 0 ? 0 : 1);
JS
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("json-merge-patch",)), sep=", ")'
echo "json-merge-patch $(node -p 'require("./node_modules/json-merge-patch/package.json").version'), node $(node --version)"
venv/bin/python try.py && node try.mjs || { echo "The behaviour has changed."; exit 1; }
