#!/usr/bin/env bash
set -euo pipefail
# Guess: records fetched as a data frame, changed and sent back go to the records they came from. A record id of
#   REDCap is text, and the frame's index is the record id.
# What happens: pycap 2.7.0 lets pandas guess the types of the CSV (dtype is left to df_kwargs). "007" becomes the
#   number 7 and goes back as 7, which is another record; beside a record "7" the frame has the index 7 twice. An
#   answer "NA" or "None" comes as missing and goes back empty. The default format, JSON, keeps all of it.
# Cost: what was changed for one person is written to another's record, or to a new one, and the server counts it as
#   a success.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
timeout 900 "$work/venv/bin/pip" install -q --disable-pip-version-check pycap==2.7.0 pandas==2.3.3 2>/dev/null

cat > "$work/check.py" <<'PY'
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version
from urllib.parse import parse_qs

import redcap

print("pycap", version("pycap"), "pandas", version("pandas"), "python", sys.version.split()[0])
changed = False


def look(what, expected, stated, seen):
    global changed
    print(f"{what}\n  expected: {expected!r}\n  seen:     {seen!r}")
    changed |= seen != stated


CSV = "record_id,answer,note\n007,NA,first\n012,None,second\n"
sent = []


class Server(BaseHTTPRequestHandler):
    def do_POST(self):
        form = {k: v[0] for k, v in parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()).items()}
        fields = [{"field_name": name, "form_name": "f", "field_type": "text"} for name in ("record_id", "answer", "note")]
        if "data" in form:
            sent.append(form["data"])
            body = json.dumps({"count": 2})
        elif form["content"] == "record":
            body = CSV
        else:
            body = json.dumps(fields if form["content"] == "metadata" else {"error": "classic project"})
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *args):
        pass


server = HTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
project = redcap.Project(f"http://127.0.0.1:{server.server_port}/api/", "0" * 32)
records = project.export_records(format_type="df")
look("record ids", ["007", "012"], [7, 12], records.index.tolist())
look("answers that are missing", [False, False], [True, True], records["answer"].isna().tolist())
project.import_records(records, import_format="df")
look("sent back", CSV, "record_id,answer,note\n7,,first\n12,,second\n", sent[0])
server.shutdown()
if changed:
    sys.exit("The behaviour is no longer as this finding states it.")
PY
timeout 240 "$work/venv/bin/python" "$work/check.py"
