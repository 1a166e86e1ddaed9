#!/usr/bin/env bash
set -euo pipefail

# Guess: a join from json_each with one key to a table with an index of (org, patient, day) begins at the key, and counting rows (ANALYZE)
#   can only make that more certain.
# Seen: SQLite 3.54.1 (and 3.40.1) begins at the key while nothing is counted. Once ten patients with a thousand rows each are counted, it
#   skips organisation and patient ("ANY(org) AND ANY(patient) AND day>?"), looks through everybody's days, and asks json_each for each
#   of them: twenty times as many steps. As an outer join from json_each, which cannot be turned round, it stays as cheap as before.
# Cost: a read by key of one patient grows with the whole clinic from the day on which statistics are gathered.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check apsw==3.54.1.0 2>/dev/null
cat > try.py <<'PY'
import sys
import apsw
connection = apsw.Connection(":memory:")
connection.execute("create table entry (org text, patient text, number integer, day text, value real, primary key (org, patient, number))")
connection.execute("create index by_day on entry (org, patient, day)")
with connection:
    connection.executemany("insert into entry values ('north', ?, ?, ?, 1.0)", (
        (f"p{patient}", number, f"{2000 + number // 360:04}-{number % 360 // 30 + 1:02}-{number % 30 + 1:02}")
        for patient in range(10) for number in range(1000)))

def query(join):
    return (f"select sum(entry.value) from json_each('[\"p5\"]') as wanted {join} join entry on entry.org = coalesce('north', wanted.value)"
            " and entry.patient = wanted.value and entry.day between '2001-06-01' and '2001-06-28'")

def cost(text):
    """The plan, and how many tens of steps of SQLite's virtual machine it takes."""
    steps = [0]
    def count():
        steps[0] += 1
        return False
    connection.set_progress_handler(count, 10)
    found = connection.execute(text).get
    connection.set_progress_handler(None)
    return [row[3] for row in connection.execute(f"explain query plan {text}")], steps[0], found

before = cost(query("inner"))
connection.execute("analyze")
after, outer = cost(query("inner")), cost(query("left"))
for name, told in (("nothing counted:", before), ("counted:        ", after), ("as outer join:  ", outer)):
    print(name, told)
same = before[2] == after[2] == outer[2]
sys.exit(0 if same and after[1] > 10 * before[1] and outer[1] < 2 * before[1] and any("ANY(patient)" in line for line in after[0]) else 1)
PY
venv/bin/python -c 'import apsw; print("SQLite", apsw.sqlite_lib_version())'
venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
