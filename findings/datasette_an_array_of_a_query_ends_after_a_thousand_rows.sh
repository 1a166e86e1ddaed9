#!/usr/bin/env bash
set -euo pipefail

# Guess: a query asked with _shape=array gives the rows that it has, or says that there are more, as the answer without _shape does ("truncated": true) and as a table's
#   array does (a Link header with rel="next").
# Seen: PyPI datasette 0.65.5 gives the first 1,000 of 1,500 rows as an array and says nothing: status 200, no member, no header.
# Cost: whoever reads a view of patients by its array counts a thousand, for ever, and whoever sorts by name loses the end of the alphabet.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 600 venv/bin/pip -q install --disable-pip-version-check datasette==0.65.5 2>/dev/null
cat > try.py <<'PY'
import asyncio
import sqlite3
import sys

from datasette.app import Datasette

with sqlite3.connect("clinic.db") as connection:
    connection.execute("CREATE TABLE visit (id INTEGER PRIMARY KEY, patient TEXT)")
    connection.executemany("INSERT INTO visit (patient) VALUES (?)", [(f"p{number}",) for number in range(1500)])


async def main():
    client = Datasette(["clinic.db"]).client
    query = "/clinic.json?sql=select+*+from+visit"
    told = (await client.get(query)).json()
    array = await client.get(query + "&_shape=array")
    table = await client.get("/clinic/visit.json?_shape=array&_size=max")
    rows = len(array.json())
    print(f"without a shape: {len(told['rows'])} rows, truncated: {told['truncated']}")
    print(f"a table's array: {len(table.json())} rows, Link: {table.headers.get('link')}")
    print(f"expected of the query's array: 1500 rows, or a word that there are more\nseen: {rows} rows, {array.status_code}, headers: {sorted(array.headers)}")
    as_stated = told["truncated"] and "next" in table.headers.get("link", "") and rows == 1000
    sys.exit(0 if as_stated and array.status_code == 200 and "link" not in array.headers else 1)


asyncio.run(main())
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("datasette",)), sep=", ")'
timeout 120 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
