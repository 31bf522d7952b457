// Makes a fresh clone ready: checks Node and installs what package-lock.json asks for. Runs before `npm start`
// and `npm test`, so it has no dependencies and takes no time when there is nothing to do.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const [oldestMajor, oldestMinor] = [20, 19];

/** Ends with a message for a person. */
function fail(message) {
  console.error(`setup: ${message}`);
  process.exit(1);
}

function packagesOf(path) {
  try {
    return JSON.parse(readFileSync(new URL(`../${path}`, import.meta.url), "utf8")).packages ?? {};
  } catch {
    return undefined;
  }
}

/** Why node_modules is not what the lock says; undefined when it is. */
function difference() {
  const wanted = packagesOf("package-lock.json");
  if (wanted === undefined)
    fail("package-lock.json cannot be read; restore it from the repository");
  const installed = packagesOf("node_modules/.package-lock.json");
  if (installed === undefined) return "there is no node_modules";
  for (const [path, { version, optional }] of Object.entries(wanted)) {
    if (path === "") continue;
    const found = installed[path]?.version;
    // An optional package may be one of another platform.
    if (found === undefined ? optional !== true : found !== version) {
      return `${path} is ${found ?? "missing"}, not ${version}`;
    }
  }
  const extra = Object.keys(installed).find((path) => wanted[path] === undefined);
  return extra === undefined ? undefined : `${extra} is not in package-lock.json`;
}

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
  fail(
    `Node ${oldestMajor}.${oldestMinor} or newer is needed, this is ${process.versions.node}.\n` +
      "       Install a newer one from https://nodejs.org, then try again.",
  );
}

const reason = difference();
if (reason !== undefined) {
  console.log(`setup: installing dependencies (${reason})`);
  const script = process.env.npm_execpath ?? "";
  const isNpm = basename(script) === "npm-cli.js";
  const [command, first] = isNpm ? [process.execPath, [script]] : ["npm", []];
  // A production environment would leave out what tests and the example need.
  const { status, error } = spawnSync(
    command,
    [...first, "ci", "--include=dev", "--no-audit", "--no-fund"],
    {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
      shell: !isNpm && process.platform === "win32",
    },
  );
  if (status !== 0) {
    const cause = error === undefined ? `exit code ${status}` : error.message;
    fail(
      `\`npm ci\` failed (${cause}); what it printed is above.\n` +
        "       Is the package registry reachable? `npm ping` tells. Then try again.",
    );
  }
}
