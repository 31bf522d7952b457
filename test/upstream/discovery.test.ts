import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { err, ok, seededRandom } from "../../src/base/index.ts";
import { DnsSource, type DnsSourceOptions } from "../../src/upstream/discovery/dns-source.ts";
import { FileSource } from "../../src/upstream/discovery/file-source.ts";
import type {
  ResolvedAddress,
  Resolver,
  ServiceRecord,
} from "../../src/upstream/discovery/resolver.ts";
import type { EndpointSpec } from "../../src/upstream/discovery/source.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { settle } from "./setup.ts";

const spec = { weight: 1, locality: "", priority: 0, metadata: {} };

/** A DNS whose answers a test sets; an error is a text. */
class FakeDns implements Resolver {
  readonly questions: string[] = [];
  readonly hosts = new Map<string, readonly ResolvedAddress[] | string>();
  readonly records = new Map<string, readonly ServiceRecord[] | string>();

  addresses(host: string): Promise<readonly ResolvedAddress[]> {
    return this.#answer(host, this.hosts);
  }

  services(name: string): Promise<readonly ServiceRecord[]> {
    return this.#answer(name, this.records);
  }

  #answer<T>(name: string, answers: ReadonlyMap<string, readonly T[] | string>) {
    this.questions.push(name);
    const answer = answers.get(name) ?? `ENOTFOUND ${name}`;
    return typeof answer === "string" ? Promise.reject(new Error(answer)) : Promise.resolve(answer);
  }
}

function started(dns: FakeDns, overrides: Partial<DnsSourceOptions> = {}) {
  const clock = new FakeClock();
  const found: string[][] = [];
  const specs: (readonly EndpointSpec[])[] = [];
  const failures: string[] = [];
  const source = new DnsSource({
    name: "dns:///library.internal:50051",
    target: { kind: "host", host: "library.internal", port: 50051, spec },
    refreshMs: 60_000,
    resolver: dns,
    clock,
    random: seededRandom(1),
    ...overrides,
  });
  source.start({
    found: (endpoints) => {
      specs.push(endpoints);
      found.push(
        endpoints.map(({ address }) =>
          address.kind === "tcp" ? `${address.host}:${address.port}` : address.path,
        ),
      );
    },
    failed: (error) => failures.push(error),
  });
  return { source, clock, found, failures, specs };
}

function addressesFor(ttlMs: number, ...addresses: string[]): ResolvedAddress[] {
  return addresses.map((address) => ({ address, ttlMs }));
}

suite("U-21: endpoints by name", () => {
  test("are every address, told again only when they change", async () => {
    const dns = new FakeDns();
    dns.hosts.set("library.internal", addressesFor(40_000, "10.0.0.2", "::1", "10.0.0.1"));
    const { clock, found } = started(dns);
    await settle();
    assert.deepEqual(found, [["10.0.0.1:50051", "10.0.0.2:50051", "::1:50051"]]);
    dns.hosts.set("library.internal", addressesFor(40_000, "::1", "10.0.0.1", "10.0.0.2"));
    clock.advance(40_000);
    await settle();
    assert.equal(dns.questions.length, 2);
    assert.equal(found.length, 1, "the same in another order is no change");
    dns.hosts.set("library.internal", addressesFor(40_000, "10.0.0.9"));
    clock.advance(40_000);
    await settle();
    assert.deepEqual(found.at(-1), ["10.0.0.9:50051"]);
  });

  test("are asked for when their time to live ends, within 30 s and `refresh`", async () => {
    for (const [ttlMs, waitMs] of [
      [0, 30_000],
      [5000, 30_000],
      [45_000, 45_000],
      [86_400_000, 60_000],
    ] as const) {
      const dns = new FakeDns();
      dns.hosts.set("library.internal", addressesFor(ttlMs, "10.0.0.1"));
      const { clock, source } = started(dns);
      await settle();
      clock.advance(waitMs - 1);
      assert.equal(dns.questions.length, 1, `${ttlMs}`);
      clock.advance(1);
      assert.equal(dns.questions.length, 2, `${ttlMs}`);
      await settle();
      source.stop();
    }
  });

  test("stay as they were when the name is gone, has no address or does not answer", async () => {
    const dns = new FakeDns();
    dns.hosts.set("library.internal", addressesFor(0, "10.0.0.1"));
    const { clock, found, failures } = started(dns);
    await settle();
    for (const answer of ["queryA ENOTFOUND library.internal", "queryA ETIMEOUT", []]) {
      dns.hosts.set("library.internal", answer);
      clock.advance(30_000);
      await settle();
    }
    assert.deepEqual(found, [["10.0.0.1:50051"]]);
    assert.deepEqual(failures, [
      "queryA ENOTFOUND library.internal",
      "queryA ETIMEOUT",
      "dns:///library.internal:50051 has no address",
    ]);
  });

  test("are asked for no more than once in 30 s, however often calls fail", async () => {
    const dns = new FakeDns();
    dns.hosts.set("library.internal", addressesFor(60_000, "10.0.0.1"));
    const { clock, source } = started(dns);
    await settle();
    for (let i = 0; i < 600; i++) {
      source.refresh();
      clock.advance(100);
      await settle();
    }
    assert.ok(dns.questions.length <= 3, `${dns.questions.length} questions in a minute`);
    assert.ok(dns.questions.length >= 2, "and sooner than their time to live");
  });

  test("are asked for soon and then later while there has been no answer at all", async () => {
    const dns = new FakeDns();
    const { clock, found } = started(dns);
    await settle();
    const waits: number[] = [];
    for (let i = 0; i < 5; i++) {
      const before = dns.questions.length;
      let waited = 0;
      while (dns.questions.length === before) {
        clock.advance(100);
        waited += 100;
      }
      waits.push(waited);
      await settle();
    }
    assert.ok((waits[0] ?? 0) <= 1300, `${waits}`);
    assert.ok((waits[4] ?? 0) > (waits[0] ?? 0) * 3, `${waits}`);
    dns.hosts.set("library.internal", addressesFor(0, "10.0.0.1"));
    clock.advance(60_000);
    await settle();
    assert.deepEqual(found, [["10.0.0.1:50051"]]);
  });

  test("may be a thousand", async () => {
    const dns = new FakeDns();
    const many = Array.from({ length: 1000 }, (_, i) => `10.1.${i >> 8}.${i & 255}`);
    dns.hosts.set("library.internal", addressesFor(0, ...many, ...many));
    const { found } = started(dns);
    await settle();
    assert.equal(found[0]?.length, 1000);
  });

  test("are not told after the stop, and no timer is left", async () => {
    const dns = new FakeDns();
    dns.hosts.set("library.internal", addressesFor(0, "10.0.0.1"));
    const { source, clock, found } = started(dns);
    source.stop();
    await settle();
    assert.deepEqual(found, []);
    assert.equal(clock.timerCount, 0);
  });
});

suite("endpoints by service record (RFC 2782)", () => {
  const target = { kind: "service", service: "_grpc._tcp.library.internal", spec } as const;

  test("carry port, weight and priority, counted from 0", async () => {
    const dns = new FakeDns();
    dns.records.set("_grpc._tcp.library.internal", [
      { host: "a.internal", port: 1, priority: 10, weight: 0 },
      { host: "b.internal", port: 2, priority: 20, weight: 7 },
    ]);
    dns.hosts.set("a.internal", addressesFor(0, "10.0.0.1"));
    dns.hosts.set("b.internal", addressesFor(0, "10.0.0.2", "10.0.0.3"));
    const { specs } = started(dns, { target });
    await settle();
    assert.deepEqual(
      specs[0]?.map(({ address, priority, weight }) => ({ address, priority, weight })),
      [
        {
          address: { kind: "tcp", host: "10.0.0.1", port: 1, name: "a.internal" },
          priority: 0,
          weight: 1,
        },
        {
          address: { kind: "tcp", host: "10.0.0.2", port: 2, name: "b.internal" },
          priority: 1,
          weight: 7,
        },
        {
          address: { kind: "tcp", host: "10.0.0.3", port: 2, name: "b.internal" },
          priority: 1,
          weight: 7,
        },
      ],
    );
  });

  test("leave out hosts without an address", async () => {
    const dns = new FakeDns();
    dns.records.set("_grpc._tcp.library.internal", [
      { host: "gone.internal", port: 1, priority: 0, weight: 1 },
      { host: "b.internal", port: 2, priority: 0, weight: 1 },
    ]);
    dns.hosts.set("b.internal", addressesFor(0, "10.0.0.2"));
    const { found } = started(dns, { target });
    await settle();
    assert.deepEqual(found, [["10.0.0.2:2"]]);
  });
});

suite("endpoints of a file", () => {
  function watched(first: string | undefined) {
    const clock = new FakeClock();
    const found: string[][] = [];
    const failures: string[] = [];
    const file = { text: first };
    const source = new FileSource({
      path: "endpoints.yaml",
      readText: () =>
        file.text === undefined ? Promise.reject(new Error("ENOENT")) : Promise.resolve(file.text),
      parse: (text) =>
        text.endsWith("!")
          ? err(`endpoints.yaml:1:1: ${text}`)
          : ok(text.split(",").map((path) => ({ ...spec, address: { kind: "unix", path } }))),
      clock,
    });
    source.start({
      found: (endpoints) =>
        found.push(
          endpoints.map(({ address }) => (address.kind === "unix" ? address.path : address.host)),
        ),
      failed: (error) => failures.push(error),
    });
    const look = async (): Promise<void> => {
      clock.advance(1000);
      await settle();
    };
    return { clock, source, found, failures, file, look };
  }

  test("are read at once, and again when the text has changed and stands", async () => {
    const { found, file, look } = watched("a,b");
    await settle();
    assert.deepEqual(found, [["a", "b"]]);
    file.text = "a";
    await look();
    assert.equal(found.length, 1, "it may still be being written");
    file.text = "a,c";
    await look();
    assert.equal(found.length, 1, "it was");
    await look();
    assert.deepEqual(found.at(-1), ["a", "c"]);
  });

  test("stay as they were when the file is gone or wrong, which is said once", async () => {
    const { found, failures, file, look } = watched("a");
    await settle();
    file.text = "oops!";
    for (let i = 0; i < 5; i++) await look();
    file.text = undefined;
    for (let i = 0; i < 5; i++) await look();
    assert.deepEqual(found, [["a"]]);
    assert.deepEqual(failures, ["endpoints.yaml:1:1: oops!", "ENOENT"]);
    file.text = "b";
    await look();
    await look();
    assert.deepEqual(found.at(-1), ["b"]);
  });

  test("come when the file does", async () => {
    const { found, failures, file, look } = watched(undefined);
    await settle();
    assert.deepEqual(failures, ["ENOENT"]);
    file.text = "a";
    await look();
    assert.deepEqual(found, [["a"]]);
  });

  test("are not looked for after the stop", async () => {
    const { source, clock } = watched("a");
    await settle();
    source.stop();
    assert.equal(clock.timerCount, 0);
  });
});
