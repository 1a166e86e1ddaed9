#!/usr/bin/env bash
set -euo pipefail

# Guess: SQLite columns may hold values of several types; a reader that has to give one type to the column turns numbers into text with
#   all their digits, as SQLite itself does (15 to 17 significant digits).
# Seen: adbc-driver-sqlite 1.13.0 writes a real number in a column that also has text with seven significant digits: 1234567.891 becomes
#   "1.234568e+06", 0.1234567890123 becomes "1.234568e-01". In a column of numbers alone they are exact. polars 2.1.0 reading through
#   sqlite3 gives "1234567.891".
# Cost: one "n/a" among the results of a laboratory rounds all the others, and they still look like numbers.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check adbc-driver-sqlite==1.13.0 pyarrow==26.0.1 polars==2.1.0 2>/dev/null
cat > try.py <<'PY'
import sqlite3, sys
import adbc_driver_sqlite.dbapi, polars
connection = sqlite3.connect("results.db")
connection.execute("create table result (id integer primary key, value)")
connection.executemany("insert into result (value) values (?)", [("n/a",), (1234567.891,), (0.1234567890123,)])
connection.commit()
query = "select value from result order by id"
with adbc_driver_sqlite.dbapi.connect("results.db") as adbc, adbc.cursor() as cursor:
    cursor.execute(query)
    mixed = cursor.fetch_arrow_table()["value"].to_pylist()
    cursor.execute("select value from result where value <> 'n/a' order by id")
    alone = cursor.fetch_arrow_table()["value"].to_pylist()
other = polars.read_database(query, connection)["value"].to_list()
print("SQLite:     ", [row[0] for row in connection.execute("select cast(value as text) from result order by id")])
print("adbc, mixed:", mixed)
print("adbc, alone:", alone)
print("polars:     ", other)
sys.exit(0 if mixed == ["n/a", "1.234568e+06", "1.234568e-01"] and alone == [1234567.891, 0.1234567890123] and other[1] == "1234567.891" else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("adbc-driver-sqlite", "polars")), sep=", ")'
venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
