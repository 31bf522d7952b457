import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import fc from "fast-check";
import { isFieldName, isFieldValue } from "../../src/h2/header-check.ts";
import { type DecodedBlock, HeaderDecoder } from "../../src/h2/hpack-decoder.ts";
import { type EncoderOutput, HeaderEncoder } from "../../src/h2/hpack-encoder.ts";
import { decodeHuffman, encodeHuffman, huffmanSize } from "../../src/h2/huffman.ts";
import type { HeaderList } from "../../src/h2/index.ts";

const limits = { tableBytes: 4096, listBytes: 1 << 20, fields: 1000 };

/** An output that grows, as the connection's does. */
class Output implements EncoderOutput {
  buffer: Buffer = Buffer.alloc(16);
  position = 0;

  ensure(bytes: number): void {
    if (this.position + bytes <= this.buffer.length) return;
    const grown = Buffer.alloc((this.position + bytes) * 2);
    this.buffer.copy(grown);
    this.buffer = grown;
  }

  take(): Buffer {
    const block = Buffer.from(this.buffer.subarray(0, this.position));
    this.position = 0;
    return block;
  }
}

function encoded(encoder: HeaderEncoder, headers: HeaderList): Buffer {
  const output = new Output();
  encoder.encode(headers, output);
  return output.take();
}

function headersOf(block: DecodedBlock): HeaderList {
  assert.ok(block.kind === "headers", JSON.stringify(block));
  return block.headers;
}

suite("HPACK: the examples of RFC 7541 Appendix C", () => {
  const requests = [
    [":method", "GET", ":scheme", "http", ":path", "/", ":authority", "www.example.com"],
    [
      ":method",
      "GET",
      ":scheme",
      "http",
      ":path",
      "/",
      ":authority",
      "www.example.com",
      "cache-control",
      "no-cache",
    ],
    [
      ":method",
      "GET",
      ":scheme",
      "https",
      ":path",
      "/index.html",
      ":authority",
      "www.example.com",
      "custom-key",
      "custom-value",
    ],
  ];
  const date = "Mon, 21 Oct 2013 20:13:21 GMT";
  const rest = ["cache-control", "private", "date", date, "location", "https://www.example.com"];
  const responses = [
    [":status", "302", ...rest],
    [":status", "307", ...rest],
    [
      ":status",
      "200",
      "cache-control",
      "private",
      "date",
      "Mon, 21 Oct 2013 20:13:22 GMT",
      "location",
      "https://www.example.com",
      "content-encoding",
      "gzip",
      "set-cookie",
      "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
    ],
  ];
  const rows = [
    {
      name: "C.2.1 a literal with indexing",
      table: 4096,
      blocks: ["400a637573746f6d2d6b65790d637573746f6d2d686561646572"],
      want: [["custom-key", "custom-header"]],
    },
    {
      name: "C.2.2 a literal without indexing",
      table: 4096,
      blocks: ["040c2f73616d706c652f70617468"],
      want: [[":path", "/sample/path"]],
    },
    {
      name: "C.2.3 a literal that is never indexed",
      table: 4096,
      blocks: ["100870617373776f726406736563726574"],
      want: [["password", "secret"]],
    },
    { name: "C.2.4 an indexed field", table: 4096, blocks: ["82"], want: [[":method", "GET"]] },
    {
      name: "C.3 requests without Huffman",
      table: 4096,
      blocks: [
        "828684410f7777772e6578616d706c652e636f6d",
        "828684be58086e6f2d6361636865",
        "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565",
      ],
      want: requests,
    },
    {
      name: "C.4 requests with Huffman",
      table: 4096,
      blocks: [
        "828684418cf1e3c2e5f23a6ba0ab90f4ff",
        "828684be5886a8eb10649cbf",
        "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf",
      ],
      want: requests,
    },
    {
      name: "C.5 responses without Huffman, with eviction",
      table: 256,
      blocks: [
        "4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d546e1768747470733a2f2f7777772e6578616d706c652e636f6d",
        "4803333037c1c0bf",
        "88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f3d4153444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b2076657273696f6e3d31",
      ],
      want: responses,
    },
    {
      name: "C.6 responses with Huffman, with eviction",
      table: 256,
      blocks: [
        "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3",
        "4883640effc1c0bf",
        "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007",
      ],
      want: responses,
    },
  ];
  for (const row of rows) {
    test(row.name, () => {
      const decoder = new HeaderDecoder({ ...limits, tableBytes: row.table });
      const got = row.blocks.map((block) => headersOf(decoder.decode(Buffer.from(block, "hex"))));
      assert.deepEqual(got, row.want);
    });
  }
});

interface Story {
  readonly cases: readonly {
    readonly wire: string;
    readonly header_table_size?: number;
    readonly headers: readonly Readonly<Record<string, string>>[];
  }[];
}

/** The corpus was taken from HTTP/1.1, so some lists hold what HTTP/2 forbids. */
function isSound(headers: HeaderList): boolean {
  return headers.every((text, i) => (i % 2 === 0 ? isFieldName(text) : isFieldValue(text)));
}

suite("HPACK: what other encoders wrote (http2jp/hpack-test-case)", () => {
  const root = "test/h2/vectors/hpack";
  const encoders = readdirSync(root).filter((name) => name !== "LICENSE");
  for (const encoder of encoders) {
    const files = readdirSync(join(root, encoder));
    test(`${encoder}: ${files.length} stories are decoded, and encoded again`, () => {
      assert.ok(files.length > 10);
      for (const file of files) {
        const story = JSON.parse(readFileSync(join(root, encoder, file), "utf8")) as Story;
        const sizes = story.cases.map((each) => each.header_table_size ?? 4096);
        const decoder = new HeaderDecoder({ ...limits, tableBytes: Math.max(...sizes) });
        const ours = new HeaderEncoder();
        const back = new HeaderDecoder(limits);
        for (const { wire, headers } of story.cases) {
          const want = headers.flatMap((header) => Object.entries(header).flat());
          const kind = isSound(want) ? "headers" : "malformed";
          assert.deepEqual(decoder.decode(Buffer.from(wire, "hex")), { kind, headers: want }, file);
          assert.deepEqual(back.decode(encoded(ours, want)), { kind, headers: want }, file);
        }
      }
    });
  }
});

suite("HPACK: strictness", () => {
  const rows = [
    { name: "index 0", block: "80", want: /index outside/ },
    { name: "an index beyond the tables", block: "be", want: /index outside/ },
    {
      name: "a literal whose name index is beyond the tables",
      block: "7f00",
      want: /index outside/,
    },
    { name: "an integer that is cut off", block: "ff", want: /cut off/ },
    { name: "an integer of too many bytes", block: "ff8080808080", want: /too long/ },
    { name: "a string that is cut off", block: "000361", want: /cut off/ },
    { name: "a name without a value", block: "000161", want: /missing/ },
    { name: "a table size over the limit", block: "3fe21f", want: /over the limit/ },
    { name: "a table size update behind a field", block: "8220", want: /after a field/ },
    { name: "Huffman padding that is not all ones", block: "00016181f0", want: /Huffman/ },
    { name: "EOS in a Huffman string", block: "00016184ffffffff", want: /Huffman/ },
  ];
  for (const row of rows) {
    const { want } = row;
    test(`${row.name} breaks the connection`, () => {
      const block = new HeaderDecoder(limits).decode(Buffer.from(row.block, "hex"));
      assert.ok(block.kind === "broken");
      assert.match(block.message, want);
    });
  }

  test("padding of more than seven bits is refused for every symbol", () => {
    for (const text of ["a", "0", "ab", "~"]) {
      const size = huffmanSize(text);
      const bytes = Buffer.alloc(size + 1, 0xff);
      encodeHuffman(text, bytes, 0);
      assert.equal(decodeHuffman(bytes, 0, size), text);
      assert.equal(decodeHuffman(bytes, 0, size + 1), undefined);
    }
  });

  const malformed = [
    { name: "an upper-case name", headers: ["X-A", "1"] },
    { name: "an empty name", headers: ["", "1"] },
    { name: "a name with a space", headers: ["a b", "1"] },
    { name: "connection", headers: ["connection", "close"] },
    {
      name: "transfer-encoding, whose name is in the static table",
      headers: ["transfer-encoding", "chunked"],
    },
    { name: "a value with a line feed", headers: ["a", "1\n2"] },
    { name: "a value with NUL", headers: ["a", "1\0"] },
    { name: "a value with a space in front", headers: ["a", " 1"] },
  ];
  for (const row of malformed) {
    test(`${row.name} is malformed, and the table stays in step`, () => {
      const encoder = new HeaderEncoder();
      const decoder = new HeaderDecoder(limits);
      const good = [":path", "/x", "te", "trailers"];
      assert.equal(decoder.decode(encoded(encoder, [...good, ...row.headers])).kind, "malformed");
      assert.deepEqual(headersOf(decoder.decode(encoded(encoder, good))), good);
    });
  }

  test("a list over its limit is too large, and the table stays in step", () => {
    const encoder = new HeaderEncoder();
    const decoder = new HeaderDecoder({ tableBytes: 4096, listBytes: 200, fields: 3 });
    const long = [":path", "/x", "a", "b".repeat(300)];
    assert.equal(decoder.decode(encoded(encoder, long)).kind, "tooLarge");
    const many = [":path", "/x", "a", "1", "b", "2", "c", "3"];
    assert.equal(decoder.decode(encoded(encoder, many)).kind, "tooLarge");
    assert.deepEqual(headersOf(decoder.decode(encoded(encoder, [":path", "/x"]))), [":path", "/x"]);
  });
});

suite("HPACK: encoding", () => {
  test("heads that repeat become references of a byte each", () => {
    const encoder = new HeaderEncoder();
    const head = [
      ":method",
      "POST",
      ":path",
      "/library.v1.LibraryService/GetBook",
      ":authority",
      "127.0.0.1:50051",
      "te",
      "trailers",
      "content-type",
      "application/grpc",
    ];
    assert.ok(encoded(encoder, head).length > 40);
    assert.equal(encoded(encoder, head).length, 5);
  });

  test("secrets are marked never to be indexed, each time", () => {
    const encoder = new HeaderEncoder();
    for (let i = 0; i < 3; i++) {
      const block = encoded(encoder, ["authorization", "Bearer x"]);
      assert.equal((block[0] ?? 0) & 0xf0, 0x10);
    }
  });

  test("a peer's smaller table is announced and kept to", () => {
    const encoder = new HeaderEncoder();
    const decoder = new HeaderDecoder(limits);
    const head = [":path", "/a", ":authority", "b"];
    headersOf(decoder.decode(encoded(encoder, head)));
    encoder.resize(0);
    const block = encoded(encoder, head);
    assert.equal(block[0], 0x20);
    assert.deepEqual(
      headersOf(new HeaderDecoder({ ...limits, tableBytes: 0 }).decode(block)),
      head,
    );
  });

  const name = fc.constantFrom(
    ":path",
    "x-a",
    "x-b",
    "te",
    "authorization",
    "grpc-timeout",
    "user-agent",
    "x-forwarded-for",
    "data-bin",
  );
  const value = fc.oneof(
    fc.constantFrom("", "1", "trailers", "a".repeat(100)),
    fc.string({ maxLength: 60 }).map((text) => text.replaceAll(/[^\x21-\x7e]/g, "x")),
  );
  const list = fc.array(fc.tuple(name, value), { maxLength: 12 }).map((pairs) => pairs.flat());
  const step = fc.oneof(
    { weight: 5, arbitrary: list },
    { weight: 1, arbitrary: fc.constantFrom(0, 64, 200, 4096, 65_536) },
  );
  test("any sequence of lists and table sizes is decoded as it was", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const encoder = new HeaderEncoder();
        const decoder = new HeaderDecoder(limits);
        for (const each of steps) {
          if (typeof each === "number") encoder.resize(each);
          else assert.deepEqual(headersOf(decoder.decode(encoded(encoder, each))), each);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("Huffman codes of any Latin-1 text are decoded as they were", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = Buffer.from(bytes).toString("latin1");
        const out = Buffer.alloc(huffmanSize(text));
        assert.equal(encodeHuffman(text, out, 0), out.length);
        assert.equal(decodeHuffman(out, 0, out.length), text);
      }),
    );
  });

  test("random bytes never throw", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        new HeaderDecoder(limits).decode(Buffer.from(bytes));
      }),
      { numRuns: 3000 },
    );
  });
});
