import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { load, problemsOf, sample, sources } from "./sample.ts";

const token = "a-token-of-some-length";
const env = { TOKEN: token };
const reference = (name: string): string => ["$", `{env:${name}}`].join("");

suite("the section admin", () => {
  test("is off unless it is there, and then on loopback", async () => {
    assert.equal((await load(sample())).config.admin, undefined);
    assert.deepEqual((await load(sample({ more: "admin: {}" }))).config.admin, {
      address: { kind: "tcp", host: "127.0.0.1", port: 9901 },
      hosts: [],
      token: undefined,
    });
  });

  test("takes a socket, whose path starts from the folder of the file", async () => {
    const more = `admin: { listen: "unix:admin.sock", hosts: [Gateway.Internal], token: "${reference("TOKEN")}" }`;
    const { config, warnings } = await load(sample({ more }), sources({}, env));
    assert.deepEqual(config.admin, {
      address: { kind: "unix", path: "admin.sock" },
      hosts: ["gateway.internal"],
      token,
    });
    assert.deepEqual(warnings, []);
  });

  for (const listen of [
    "127.0.0.1:1",
    "127.8.9.10:1",
    "[::1]:1",
    "[0:0:0:0:0:0:0:1]:1",
    "localhost:1",
  ]) {
    test(`A-26: ${listen} is this machine only`, async () => {
      assert.equal(await problemsOf(sample({ more: `admin: { listen: "${listen}" }` })), "");
    });
  }

  for (const listen of [
    "0.0.0.0:9901",
    "[::]:9901",
    "10.0.0.1:9901",
    "gateway:9901",
    "localhost.evil:1",
  ]) {
    test(`A-26: ${listen} needs allow_remote`, async () => {
      const more = `admin: { listen: "${listen}" }`;
      const problems = (await problemsOf(sample({ more }))).split("\n");
      assert.equal(problems[0], `error: admin.listen: other machines reach "${listen}"`);
      assert.match(
        problems[4] ?? "",
        /listen on 127\.0\.0\.1:9901 or unix:path, or say allow_remote: true$/,
      );
      const open = `admin: { listen: "${listen}", allow_remote: true }`;
      assert.equal(await problemsOf(sample({ more: open })), "");
    });
  }

  test("a token in the file is a warning, one that can be guessed an error that does not show it", async () => {
    const written = await problemsOf(sample({ more: `admin: { token: ${token} }` }));
    assert.match(written, /^warning: admin\.token: whoever reads this file knows the token\n/);
    const more = `admin: { token: "${reference("TOKEN")}" }`;
    const short = await problemsOf(sample({ more }), sources({}, { TOKEN: "hunter2" }));
    assert.match(short, /^error: admin\.token: expected 16 to 256 ASCII characters without spaces/);
    assert.doesNotMatch(short, /hunter2/);
  });

  test("on the address of a listener is an error", async () => {
    const text = await problemsOf(sample({ more: "admin: { listen: 127.0.0.1:8080 }" }));
    assert.match(text, /^error: admin\.listen: this is listened on by listeners\.public already\n/);
  });
});

suite("the document as it may be shown (A-27)", () => {
  test("has references where they are written, and no secret that is written down", async () => {
    const more = [
      `admin: { token: ${token} }`,
      "metadata:",
      `  prefix: "${["$", "{env:PREFIX_TOKEN:-hunter2-}"].join("")}"`,
    ].join("\n");
    const clusters = `clusters:\n  library: { endpoints: ["${reference("HOST")}:50051"] }`;
    const loaded = await load(sample({ more, clusters }), sources({}, { HOST: "inner.example" }));
    const shown = JSON.stringify(loaded.written);
    for (const secret of [token, "hunter2", "inner.example"]) {
      assert.ok(!shown.includes(secret), `${secret} is in ${shown}`);
    }
    assert.ok(shown.includes(`${reference("HOST")}:50051`));
    assert.match(shown, /"token":"\[redacted\]"/);
  });

  test("says where a secret comes from", async () => {
    const more = `admin: { token: "${reference("TOKEN")}" }`;
    const { written } = await load(sample({ more }), sources({}, env));
    assert.deepEqual(Object.entries(written ?? {}).find(([key]) => key === "admin")?.[1], {
      token: reference("TOKEN"),
    });
  });
});
