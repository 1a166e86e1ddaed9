// Unpacks the Chromium of @sparticuz/chromium into the folder that TMPDIR names, and prints the path of a program that
// starts it with the libraries and fonts that came along.
import { chmodSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { inflate } from "@sparticuz/chromium";

const packed = join(dirname(fileURLToPath(import.meta.resolve("@sparticuz/chromium"))), "..", "bin");
for (const part of ["chromium.br", "fonts.tar.br", "swiftshader.tar.br", "al2023.tar.br"]) {
  await inflate(join(packed, part));
}
const folder = tmpdir();
const program = join(folder, "start");
writeFileSync(
  program,
  `#!/bin/sh\n[ -d /etc/fonts ] || export FONTCONFIG_PATH='${folder}/fonts'\n` +
    `LD_LIBRARY_PATH="\${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}${folder}/al2023/lib" exec '${folder}/chromium' "$@"\n`,
);
chmodSync(program, 0o755);
console.log(JSON.stringify(program));
