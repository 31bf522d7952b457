import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type CertificateFiles, Credentials, readCertificates } from "../../src/upstream/index.ts";
import { type CertificateName, certificate } from "../support/certificates.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { settle } from "./setup.ts";

const paths = { ca: "ca.pem", own: { cert: "own.pem", key: "own.key" } };
const during = Date.parse("2026-01-01");

/** Files that a test changes; undefined for one that is gone. */
function filesOf(name: CertificateName): Map<string, string | undefined> {
  const { cert, key } = certificate(name);
  return new Map([
    ["ca.pem", certificate("ca").cert.toString()],
    ["own.pem", cert.toString()],
    ["own.key", key.toString()],
  ]);
}

function reader(files: ReadonlyMap<string, string | undefined>) {
  return (path: string): Promise<string> => {
    const text = files.get(path);
    return text === undefined ? Promise.reject(new Error(`ENOENT ${path}`)) : Promise.resolve(text);
  };
}

function watched(files: ReadonlyMap<string, string | undefined>) {
  const clock = new FakeClock();
  const log: string[] = [];
  const credentials = new Credentials({
    files: paths,
    readText: reader(files),
    clock,
    events: { renewed: () => log.push("renewed"), refused: (message) => log.push(message) },
  });
  credentials.start();
  const look = async (): Promise<void> => {
    clock.advance(1000);
    await settle();
  };
  const current = async () => {
    const context = await credentials.context();
    return context.ok ? context.value : context.error;
  };
  return { credentials, clock, log, look, current };
}

suite("T-08: certificates that change", () => {
  test("are used for new connections once they have stood for two looks", async () => {
    const files = filesOf("client");
    const { log, look, current } = watched(files);
    const first = await current();
    assert.equal(typeof first, "object");
    for (const [path, text] of filesOf("server")) files.set(path, text);
    await look();
    assert.equal(await current(), first, "they may still be being written");
    await look();
    assert.notEqual(await current(), first);
    assert.deepEqual(log, ["renewed"]);
    await look();
    assert.deepEqual(log, ["renewed"]);
  });

  test("are refused with one warning while they do not belong together, and the old ones kept", async () => {
    const files = filesOf("client");
    const { log, look, current } = watched(files);
    const first = await current();
    files.set("own.pem", filesOf("server").get("own.pem"));
    for (let i = 0; i < 5; i++) await look();
    assert.equal(await current(), first);
    assert.deepEqual(log, ["own.key is not the key of own.pem"]);
    files.set("own.key", filesOf("server").get("own.key"));
    await look();
    await look();
    assert.notEqual(await current(), first);
    assert.deepEqual(log.slice(1), ["renewed"]);
  });

  const broken: readonly (readonly [
    name: string,
    file: string,
    text: string | undefined,
    want: RegExp,
  ])[] = [
    ["gone", "own.pem", undefined, /^ENOENT own\.pem$/],
    ["empty", "own.pem", "", /^own\.pem holds no certificate in PEM$/],
    ["cut", "own.pem", filesOf("client").get("own.pem")?.slice(0, 300), /^own\.pem holds no cert/],
    [
      "damaged",
      "own.pem",
      filesOf("client")
        .get("own.pem")
        ?.replace(/\n.{20}/, `\n${"A".repeat(20)}`),
      /^own\.pem: /,
    ],
    [
      "expired",
      "own.pem",
      filesOf("expired").get("own.pem"),
      /^own\.pem has expired: .* 2021 GMT$/,
    ],
    ["no key", "own.key", "hello", /^own\.key holds no private key in PEM$/],
    [
      "an encrypted key",
      "own.key",
      "-----BEGIN ENCRYPTED PRIVATE KEY-----\n",
      /^own\.key is encrypted: write it without a passphrase$/,
    ],
    ["no authority", "ca.pem", "# none", /^ca\.pem holds no certificate in PEM$/],
  ];
  for (const [name, file, text, want] of broken) {
    test(`are refused when one is ${name}, and the old ones kept`, async () => {
      const files = filesOf("client");
      const { log, look, current } = watched(files);
      const first = await current();
      files.set(file, text);
      for (let i = 0; i < 4; i++) await look();
      assert.equal(log.length, 1);
      assert.match(log[0] ?? "", want);
      assert.equal(await current(), first);
    });

    test(`are an error of their own file when one is ${name} at the start`, async () => {
      const files = filesOf("client");
      files.set(file, text);
      const read = await readCertificates(paths, reader(files), during);
      assert.ok(!read.ok);
      assert.equal({ ca: "ca.pem", cert: "own.pem", key: "own.key" }[read.error.file], file);
      assert.match(read.error.message, want);
    });
  }

  test("come when the files do", async () => {
    const files = new Map<string, string | undefined>();
    const { log, look, current } = watched(files);
    assert.match(String(await current()), /ENOENT ca\.pem/);
    for (const [path, text] of filesOf("client")) files.set(path, text);
    await look();
    assert.equal(typeof (await current()), "object");
    assert.deepEqual(log, ["ENOENT ca.pem"]);
  });

  test("are not looked for after the stop", async () => {
    const { credentials, clock, current } = watched(filesOf("client"));
    await current();
    credentials.stop();
    assert.equal(clock.timerCount, 0);
  });

  test("may be none at all", async () => {
    const none: CertificateFiles = { ca: undefined, own: undefined };
    assert.ok((await readCertificates(none, reader(new Map()), during)).ok);
    const clock = new FakeClock();
    const events = { renewed: () => undefined, refused: () => undefined };
    const credentials = new Credentials({
      files: none,
      readText: reader(new Map()),
      clock,
      events,
    });
    credentials.start();
    assert.ok((await credentials.context()).ok);
    assert.equal(clock.timerCount, 0, "there is nothing to look at");
  });
});
