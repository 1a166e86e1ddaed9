// What pg says is in each view: the address is the argument, the names of the views are the input.
import { readFileSync } from "node:fs";
import pg from "pg";

const DATE = 1082;
const TIMESTAMPTZ = 1184;
pg.types.setTypeParser(DATE, (text) => text);
pg.types.setTypeParser(TIMESTAMPTZ, (text) => text);
const client = new pg.Client({ connectionString: process.argv[2] });
await client.connect();
await client.query("SET TIME ZONE 'UTC'");
const read = {};
const types = {};
for (const view of JSON.parse(readFileSync(0, "utf8"))) {
  const found = await client.query({ text: `SELECT * FROM ${view}`, rowMode: "array" });
  read[view] = found.rows;
  for (const [at, { name }] of found.fields.entries())
    types[name] = [...new Set([...(types[name] ?? []), ...found.rows.map((row) => row[at]).filter((value) => value !== null).map((value) => typeof value)])];
}
await client.end();
console.log(JSON.stringify({ read, types }));
