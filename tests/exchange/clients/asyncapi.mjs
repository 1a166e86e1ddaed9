// Reads an AsyncAPI document by @asyncapi/parser, and tells what it says against it and what it finds in it.
import { Parser } from "@asyncapi/parser";
import { readFileSync } from "node:fs";

const { document, diagnostics } = await new Parser().parse(readFileSync(0, "utf8"));
const channels = document?.channels().all() ?? [];
console.log(
  JSON.stringify({
    said: diagnostics.map(({ code, severity, path }) => ({ code, severity, path: path.join("/") })),
    channels: channels.map((channel) => ({
      address: channel.address() ?? null,
      parameters: channel.parameters().all().map((parameter) => parameter.id()),
      messages: channel.messages().all().length,
    })),
    operations: (document?.operations().all() ?? []).map((operation) => ({ id: operation.id(), action: operation.action() })),
  }),
);
