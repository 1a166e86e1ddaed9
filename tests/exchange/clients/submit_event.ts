// Submits one event by a client whose types are generated from the OpenAPI description, and reads the goal back.
import createClient from "openapi-fetch";

import type { components, paths } from "./openapi.d.ts";

declare const process: { argv: string[] };

const [baseUrl, subject, id, authorization] = process.argv.slice(2) as [string, string, string, string];
const [org, patient, goal] = subject.split(".") as [string, string, string];
const now = new Date().toISOString();
const event: components["schemas"]["CloudEvent"] = {
  specversion: "1.0",
  id,
  source: "urn:example:typescript",
  type: "cairn.goal.progress_logged.v1",
  subject,
  time: now,
  actor: patient,
  actorrole: "patient",
  sampled: true,
  data: { entry: id, on: now.slice(0, 10), done: true, note: "Sent by a client in TypeScript – “typed”." },
};

const cairn = createClient<paths>({ baseUrl, headers: { authorization } });
const { data, error } = await cairn.POST("/v1/events", {
  body: event,
  headers: { "content-type": "application/cloudevents+json" },
});
if (error !== undefined) throw new Error(`${error.code}: ${error.detail}`);
const outcome = Array.isArray(data) ? data[0] : data;
if (outcome === undefined || !("events" in outcome)) throw new Error("The event was not recorded.");

const read = await cairn.GET("/v1/orgs/{org}/patients/{patient}/goals/{goal}", {
  params: { path: { org, patient, goal }, query: { min_position: outcome.events.at(-1)?.position ?? null, include: ["progress"] } },
});
if (read.error !== undefined) throw new Error(`${read.error.code}: ${read.error.detail}`);
console.log(JSON.stringify({ duplicate: outcome.duplicate, version: outcome.events[0]?.version, read: read.data }));
