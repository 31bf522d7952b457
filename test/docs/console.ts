// Reads and runs the console examples of a page: `$ curl …` lines with what they print below them.
import { request } from "node:http";
import { gunzipSync } from "node:zlib";

/** One block of console commands, and the configuration that it is for. */
export interface Example {
  /** The heading that it stands under. */
  readonly heading: string;
  /** YAML of the block before it under the same heading; undefined for the example's own configuration. */
  readonly yaml: string | undefined;
  readonly commands: readonly ExampleCommand[];
}

/** A command and what the page says that it prints. */
export interface ExampleCommand {
  readonly command: string;
  readonly output: string;
}

/** All console blocks of a page, in order. */
export function readExamples(page: string): Example[] {
  const examples: Example[] = [];
  let heading = "";
  let yaml: string | undefined;
  const blocks = /^#+ (.+)$|^```(\w+)\n([\s\S]*?)^```$/gm;
  for (const [, title, language, content = ""] of page.matchAll(blocks)) {
    if (title !== undefined) {
      heading = title;
      yaml = undefined;
    } else if (language === "yaml") {
      yaml = content;
    } else if (language === "console") {
      examples.push({ heading, yaml, commands: readCommands(content) });
    }
  }
  return examples;
}

function readCommands(block: string): ExampleCommand[] {
  return block
    .split(/^\$ /m)
    .slice(1)
    .map((text) => {
      const end = endOfCommand(text);
      return { command: text.slice(0, end), output: text.slice(end + 1) };
    });
}

/** A command ends with its line, or with the quote that is open there. */
function endOfCommand(text: string): number {
  let isQuoted = false;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "'") isQuoted = !isQuoted;
    if (text[i] === "\n" && !isQuoted && text[i - 1] !== "\\") return i;
  }
  return text.length;
}

/** The page with other outputs below its commands, in order. */
export function writeOutputs(page: string, outputs: readonly string[]): string {
  let next = 0;
  return page.replace(/^```console\n([\s\S]*?)^```$/gm, (_, content: string) => {
    const lines = readCommands(content).map(
      ({ command }) => `$ ${command}\n${outputs[next++] ?? ""}`,
    );
    return `\`\`\`console\n${lines.join("")}\`\`\``;
  });
}

interface CurlRequest {
  method: string | undefined;
  target: string;
  headers: [string, string][];
  body: Buffer | undefined;
  showsHead: boolean;
  /** Whether a compressed answer is asked for, and shown decoded. */
  decodes: boolean;
}

/** Does what `curl` would do with this command against a port, and gives what it, or the `jq` behind it, would print. */
export async function runCurl(command: string, port: number): Promise<string> {
  const words = splitWords(command);
  const pipe = words.indexOf("|");
  if (pipe < 0) return ask(words, port);
  const [jq, filter = ""] = words.slice(pipe + 1);
  if (jq !== "jq") throw new Error(`not jq: ${command}`);
  return pick(JSON.parse(await ask(words.slice(0, pipe), port)), filter);
}

/** What `jq` prints for a path of names such as `.metadata."x-a"`. */
function pick(json: unknown, filter: string): string {
  let value = json;
  for (const [, quoted, bare = ""] of filter.matchAll(/\."([^"]+)"|\.(\w+)/g)) {
    value = (value as Record<string, unknown>)[quoted ?? bare] ?? null;
  }
  return JSON.stringify(value);
}

function ask(words: string[], port: number): Promise<string> {
  const curl = parseCurl(words);
  return new Promise((resolve, reject) => {
    const headers: Record<string, string> = {};
    // What is said with -H counts, as curl has it.
    for (const [name, value] of curl.headers) headers[name.toLowerCase()] ??= value;
    if (curl.body !== undefined) headers["content-length"] = String(curl.body.length);
    const method = curl.method ?? (curl.body === undefined ? "GET" : "POST");
    const options = { port, host: "127.0.0.1", method, path: curl.target, headers, agent: false };
    const sent = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", () =>
        resolve(`${Buffer.concat(chunks).toString()}curl: (18) transfer closed`),
      );
      response.on("end", () => {
        const encoding = response.headers["content-encoding"];
        const bytes = Buffer.concat(chunks);
        const body = (curl.decodes && encoding === "gzip" ? gunzipSync(bytes) : bytes).toString();
        const head = `HTTP/1.1 ${response.statusCode} ${response.statusMessage}\n${shownHeaders(response.rawHeaders)}\n`;
        resolve(curl.showsHead ? head + body : body);
      });
    });
    sent.on("error", reject);
    sent.setTimeout(5000, () => sent.destroy(new Error(`no answer in 5 s: ${curl.target}`)));
    sent.end(curl.body);
  });
}

const hidden = new Set(["date", "connection", "keep-alive", "transfer-encoding"]);

function shownHeaders(rawHeaders: readonly string[]): string {
  let text = "";
  // How many bytes a compressed body has is the compressor's to say.
  const isEncoded = rawHeaders.some((name) => name.toLowerCase() === "content-encoding");
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? "").toLowerCase();
    if (hidden.has(name) || (isEncoded && name === "content-length")) continue;
    text += `${name}: ${rawHeaders[i + 1]}\n`;
  }
  return text;
}

function parseCurl(words: string[]): CurlRequest {
  const curl: CurlRequest = {
    method: undefined,
    target: "",
    headers: [],
    body: undefined,
    showsHead: false,
    decodes: false,
  };
  const parts: string[] = [];
  if (words.shift() !== "curl") throw new Error(`not curl: ${words.join(" ")}`);
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const option = options[word];
    if (word === "-F") parts.push(words.shift() ?? "");
    else if (option === undefined) curl.target = word.replace(/^localhost:8080/, "");
    else option(curl, words);
  }
  if (parts.length > 0) {
    curl.headers.push(["content-type", "multipart/form-data; boundary=example"]);
    curl.body = Buffer.from(`${parts.map(formPart).join("")}--example--\r\n`);
  }
  return curl;
}

/** What each option does; those with a value take it from the words behind it. */
const options: Readonly<Record<string, (curl: CurlRequest, words: string[]) => void>> = {
  "-i": (curl) => {
    curl.showsHead = true;
  },
  "-I": (curl) => {
    curl.showsHead = true;
    curl.method = "HEAD";
  },
  "--compressed": (curl) => {
    curl.decodes = true;
    curl.headers.push(["accept-encoding", "gzip"]);
  },
  "-X": (curl, words) => {
    curl.method = words.shift();
  },
  "-H": (curl, words) => {
    curl.headers.unshift(readHeader(words.shift() ?? ""));
  },
  "--json": (curl, words) => addBody(curl, "application/json", words),
  "-d": (curl, words) => addBody(curl, "application/x-www-form-urlencoded", words),
};

function addBody(curl: CurlRequest, contentType: string, words: string[]): void {
  curl.headers.push(["content-type", contentType]);
  curl.body = Buffer.from(words.shift() ?? "");
}

/** `name=value;type=text/plain` as a part of a form. */
function formPart(word: string): string {
  const [, name = "", value = "", type] = /^([^=]+)=(.*?)(?:;type=(.+))?$/.exec(word) ?? [];
  const head = `--example\r\ncontent-disposition: form-data; name="${name}"\r\n`;
  return `${head}${type === undefined ? "" : `content-type: ${type}\r\n`}\r\n${value}\r\n`;
}

function readHeader(text: string): [string, string] {
  const colon = text.indexOf(":");
  return [text.slice(0, colon), text.slice(colon + 1).trim()];
}

function splitWords(command: string): string[] {
  const words = command.replaceAll("\\\n", " ").matchAll(/'([^']*)'|(\S+)/g);
  return [...words].map(([, quoted, bare]) => quoted ?? bare ?? "");
}
