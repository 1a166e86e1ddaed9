#!/usr/bin/env bash
set -euo pipefail

# Guess: reading NDJSON gives every field of every line, or an error for what does not fit: in event logs, new fields appear later.
# Seen: polars 2.1.0 takes the columns from the first 100 lines (infer_schema_length) and leaves out a field that appears only after
#   them, without an error; a late value of another type does raise one. pyarrow 26.0.1 and pandas 3.1.1 keep the field, duckdb 2.0.1
#   refuses the file when the field comes too late for it.
# Cost: the newest field of an export is missing in the analysis as soon as the export is longer than a sample.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check polars==2.1.0 pyarrow==26.0.1 pandas==3.1.1 duckdb==2.0.1 2>/dev/null
cat > try.py <<'PY'
import json, sys
import duckdb, pandas, polars, pyarrow.json
def write(count):
    with open("log.ndjson", "w") as file:
        for number in range(count):
            print(json.dumps({"id": number}), file=file)
        print(json.dumps({"id": count, "reason": "late"}), file=file)
write(200)
seen = {
    "polars read_ndjson": polars.read_ndjson("log.ndjson").columns,
    "polars scan_ndjson": polars.scan_ndjson("log.ndjson").collect().columns,
    "pyarrow": pyarrow.json.read_json("log.ndjson").column_names,
    "pandas": list(pandas.read_json("log.ndjson", lines=True).columns),
    "duckdb": duckdb.sql("select * from 'log.ndjson'").columns,
}
for name, columns in seen.items():
    print(f"{name}, 200 lines before: {columns}")
write(50_000)
try:
    duckdb.sql("select * from 'log.ndjson'").fetchall()
    refused = False
except duckdb.Error as error:
    refused = True
    print("duckdb, 50,000 lines before:", str(error).splitlines()[0][:150])
print("polars, 50,000 lines before:", polars.read_ndjson("log.ndjson").columns)
both = ["id", "reason"]
sys.exit(0 if seen["polars read_ndjson"] == seen["polars scan_ndjson"] == ["id"] and seen["pyarrow"] == seen["pandas"] == seen["duckdb"] == both and refused else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("polars", "pyarrow", "pandas", "duckdb")), sep=", ")'
venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
