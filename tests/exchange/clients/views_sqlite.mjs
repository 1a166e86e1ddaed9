// What node:sqlite says is in each view: the path of the file is the argument, the names of the views are the input.
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

const database = new DatabaseSync(process.argv[2], { readOnly: true });
const read = {};
for (const view of JSON.parse(readFileSync(0, "utf8")))
  read[view] = database.prepare(`SELECT * FROM ${view}`).all().map((row) => Object.values(row));
console.log(JSON.stringify({ read }));
