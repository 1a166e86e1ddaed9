#!/usr/bin/env bash
set -euo pipefail

# Guess: what a tool reads in a view of a SQLite file is what SQLite says that the view holds.
# Seen: duckdb 1.5.5 with its extension for SQLite 1.5.5 takes the text of the view and runs it as its own SQL. `json_extract` of SQLite
#   gives the text `relapse`, and DuckDB's gives the JSON `"relapse"` with its quotes; `visits / 2` is 3 in SQLite and 3.5 in DuckDB.
#   Neither is an error.
# Cost: a report groups by reasons that no list of reasons has, and tells half a visit more, in one of two tools that read one file.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check duckdb==1.5.5 duckdb-extension-sqlite-scanner==1.5.5 2>/dev/null
cat > try.py <<'PY'
import sqlite3, sys
from pathlib import Path
import duckdb, duckdb_extension_sqlite_scanner
connection = sqlite3.connect("clinic.db")
connection.execute("create table event (data text, visits integer)")
connection.execute("""insert into event values ('{"reason": "relapse"}', 7)""")
connection.execute("create view why as select json_extract(data, '$.reason') as reason, visits / 2 as half from event")
connection.commit()
[file] = Path(duckdb_extension_sqlite_scanner.__path__[0]).rglob("*.duckdb_extension")
other = duckdb.connect()
other.execute(f"load '{file}'")
other.execute("attach 'clinic.db' as clinic (type sqlite, read_only)")
read = "select reason, half from {}why"
told = {"SQLite": connection.execute(read.format("")).fetchall(), "DuckDB": other.execute(read.format("clinic.")).fetchall()}
for name, rows in told.items():
    print(f"{name}: {rows}")
sys.exit(0 if told == {"SQLite": [("relapse", 3)], "DuckDB": [('"relapse"', 3.5)]} else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("duckdb", "duckdb-extension-sqlite-scanner")), sep=", ")'
venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
