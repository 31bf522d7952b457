/** One kind of request that is measured: the same bytes for every gateway. */
export interface Row {
  readonly name: string;
  /** The method's HTTP path; it answers with the fields that it is sent. */
  readonly path: string;
  readonly body: string;
  /** Connections that are kept busy. */
  readonly connections: number;
}

/** 30 B to 1 MB. The last rows use fewer connections: what they hold at once is bounded by memory. */
export function rows(): readonly Row[] {
  return [
    { name: "30 B", path: "/v1/echo", body: '{"message":"hello, gateways!"}', connections: 32 },
    { name: "600 B", ...document(600), connections: 32 },
    { name: "10 KB", ...document(10_000), connections: 32 },
    { name: "100 KB", ...document(100_000), connections: 16 },
    { name: "1 MB", ...document(1_000_000), connections: 8 },
  ];
}

function document(bytes: number): { readonly path: string; readonly body: string } {
  let items = 1;
  let body = "";
  // The last document that fits; an item is about 290 bytes.
  for (let next = text(items); next.length <= bytes * 1.02; next = text(++items)) body = next;
  return { path: "/v1/docs:echo", body };
}

/** A document in canonical ProtoJSON, so that what comes back can be compared with what was sent. */
function text(items: number): string {
  return JSON.stringify({
    name: "shelves/1/docs/bench",
    revision: "9007199254740993",
    createdAt: "2026-01-02T03:04:05.600Z",
    ttl: "90.500s",
    labels: { team: "edge", env: "bench" },
    items: Array.from({ length: items }, (_, index) => item(index)),
    extra: { a: 1.5, b: ["x", true, null], c: { d: "e" } },
    note: 'a "note" with unicode ✓',
  });
}

function item(index: number): object {
  const sku = `SKU-${String(index).padStart(6, "0")}`;
  return {
    sku,
    quantity: (index % 97) + 1,
    price: index * 1.25 + 0.99,
    kind: index % 2 === 0 ? "KIND_RED" : "KIND_BLUE",
    ...(index % 3 === 0 ? {} : { inStock: true }),
    serial: String(18_000_000_000_000_000_000n + BigInt(index)),
    cost: {
      currencyCode: "EUR",
      ...(index === 0 ? {} : { units: String(index) }),
      nanos: 990000000,
    },
    tags: ["new", `t${index % 11}`],
    digest: Buffer.from(sku.padEnd(16, "~")).toString("base64"),
    ...(index % 2 === 0 ? { box: `box-${sku}` } : { pallet: index }),
  };
}
