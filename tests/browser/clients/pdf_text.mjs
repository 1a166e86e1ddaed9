// The text of each page of a PDF: reads {"pdf": BASE64} from standard input, and prints a list of texts.
import { readFileSync } from "node:fs";
import { extractText, getDocumentProxy } from "unpdf";

const { pdf } = JSON.parse(readFileSync(0, "utf8"));
const document = await getDocumentProxy(new Uint8Array(Buffer.from(pdf, "base64")));
const { text } = await extractText(document, { mergePages: false });
console.log(JSON.stringify(text));
