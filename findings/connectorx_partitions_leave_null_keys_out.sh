#!/usr/bin/env bash
set -euo pipefail

# Guess: read_sql(..., partition_on="score", partition_num=2) gives the rows that the query gives, in parts that were read at the same time; a row whose score is
#   NULL is in one of the parts.
# Seen: PyPI connectorx 0.4.6 asks for the ranges between the least and the greatest score, and a row with NULL is in none of them: it is left out, with one
#   partition as with two. Nothing is said.
# Cost: turning partitions on for speed loses those who gave no answer, and every rate made of the table changes with it.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check connectorx==0.4.6 pyarrow==26.0.1 2>/dev/null
cat > try.py <<'PY'
import sqlite3
import sys

import connectorx

with sqlite3.connect("view.db") as connection:
    connection.executescript("""
        CREATE TABLE answers (person TEXT, score INTEGER);
        INSERT INTO answers VALUES ('a', 1), ('b', NULL), ('c', 3), ('d', 2);
        CREATE VIEW scores AS SELECT person, score FROM answers;
    """)


def people(**options):
    table = connectorx.read_sql("sqlite://view.db", "SELECT person, score FROM scores", return_type="arrow", **options)
    return sorted(table.column("person").to_pylist())


whole = people()
parts = {number: people(partition_on="score", partition_num=number) for number in (1, 2)}
print(f"expected {whole} in each case\nseen without partitions: {whole}\nseen by number of partitions: {parts}")
sys.exit(0 if whole == ["a", "b", "c", "d"] and all(rows == ["a", "c", "d"] for rows in parts.values()) else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("connectorx", "pyarrow",)), sep=", ")'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
