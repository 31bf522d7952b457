import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import {
  type Ask,
  type ContractGateway,
  expectAsk,
  startContract,
  withContract,
} from "./contract-gateway.ts";

const refused = { status: 400, reason: "INVALID_QUERY" };

suite("transcoding.md §2: the query", () => {
  let gateway: ContractGateway;
  before(async () => {
    gateway = await startContract({
      rules: [
        'get: "/things" additional_bindings { get: "/things/{long_name}" }',
        'get: "/nodes/{node.id}"',
        'post: "/whole" body: "*"',
        'post: "/node" body: "node"',
      ],
    });
  });
  after(() => gateway.stop());

  const rows: readonly { readonly name: string; readonly asks: readonly Ask[] }[] = [
    {
      name: "§2 query-path-bound: a query parameter that names a path-bound field is 400, equal or not, by either name",
      asks: [
        { target: "/things/a?long_name=b", ...refused, says: /long_name: is set by the path/ },
        { target: "/things/a?long_name=a", ...refused },
        { target: "/things/a?longName=b", ...refused },
        { target: "/nodes/a?node.id=b", ...refused },
        { target: "/nodes/a?node.weight=1", json: { node: { id: "a", weight: 1 } } },
      ],
    },
    {
      name: "§2 query-split: parameters are split on &",
      asks: [
        { target: "/things?id=a&other=b", json: { id: "a", other: "b" } },
        { target: "/things?&&id=a&", json: { id: "a" } },
        { target: "/things?id=a;other=b", json: { id: "a;other=b" } },
        { target: "/things?id=a%26other=b", json: { id: "a&other=b" } },
      ],
    },
    {
      name: "§2 query-plus: + is a space",
      asks: [{ target: "/things?id=a+b%2Bc", json: { id: "a b+c" } }],
    },
    {
      name: "§2 query-names: names are dotted paths of proto or JSON names",
      asks: [
        { target: "/things?long_name=a", json: { longName: "a" } },
        { target: "/things?longName=a", json: { longName: "a" } },
        { target: "/things?node.next.id=a", json: { node: { next: { id: "a" } } } },
      ],
    },
    {
      name: "§2 query-repeated: repeated scalars repeat the parameter",
      asks: [
        {
          target: "/things?words=a&numbers=1&words=b&words=a",
          json: { words: ["a", "b", "a"], numbers: [1] },
        },
        { target: "/things?kinds=SMALL&kinds=2", json: { kinds: ["SMALL", "LARGE"] } },
      ],
    },
    {
      name: "§2 query-twice: a singular parameter given twice is 400, in any spelling",
      asks: [
        { target: "/things?id=a&id=a", ...refused, says: /given more than once/ },
        { target: "/things?long_name=a&longName=a", ...refused },
        { target: "/things?node.id=a&node.id=b", ...refused },
        { target: "/things?boxed=1&boxed=1", ...refused },
      ],
    },
    {
      name: "§2 query-map: m[key]=v fills a map of scalars",
      asks: [
        { target: "/things?labels[a]=b&labels%5Bc%5D=d", json: { labels: { a: "b", c: "d" } } },
        { target: "/things?children[a]=b", ...refused },
        { target: "/things?labels[a]=b&labels[a]=c", ...refused },
        {
          target: "/things?labels[a]b]=c&labels[[]=d&labels[]]=e",
          json: { labels: { "a]b": "c", "[": "d", "]": "e" } },
        },
        { target: "/things?labels[a][b]=c", ...refused },
        { target: "/things?labels[a=c", ...refused },
      ],
    },
    {
      name: "§2 query-nested: nested messages come by dotted path",
      asks: [
        { target: "/things?node.id=a&node.weight=2", json: { node: { id: "a", weight: 2 } } },
        { target: "/things?node=a", ...refused },
        { target: "/things?nodes.id=a", ...refused },
      ],
    },
    {
      name: "§2 query-wrapper: a wrapper is its value",
      asks: [
        { target: "/things?boxed=0", json: { boxed: 0 } },
        { target: "/things?boxed=x", ...refused },
      ],
    },
    {
      name: "§2 query-timestamp: a Timestamp is its text",
      asks: [
        { target: "/things?at=2024-02-29T12:00:00%2B02:00", json: { at: "2024-02-29T10:00:00Z" } },
        { target: "/things?at=yesterday", ...refused },
      ],
    },
    {
      name: "§2 query-duration: a Duration is its text",
      asks: [
        { target: "/things?span=-1.5s", json: { span: "-1.500s" } },
        { target: "/things?span=1.5", ...refused },
      ],
    },
    {
      name: "§2 query-field-mask: a FieldMask is its text",
      asks: [{ target: "/things?mask=longName,node.id", json: { mask: "longName,node.id" } }],
    },
    {
      name: "§2 query-enum: enums are names or numbers",
      asks: [
        { target: "/things?kind=LARGE", json: { kind: "LARGE" } },
        { target: "/things?kind=2", json: { kind: "LARGE" } },
        { target: "/things?kind=7", json: { kind: 7 } },
        { target: "/things?kind=large", ...refused },
      ],
    },
    {
      name: "§2 query-bytes: bytes are either base64",
      asks: [
        { target: "/things?data=%2B%2F8=", json: { data: "+/8=" } },
        { target: "/things?data=-_8", json: { data: "+/8=" } },
        { target: "/things?data=$", ...refused },
      ],
    },
    {
      name: "§2 query-bool: bool is true or false",
      asks: [
        { target: "/things?flag=true", json: { flag: true } },
        { target: "/things?flag=false", json: {} },
        ...["1", "0", "True", "yes", ""].map((value) => ({
          target: `/things?flag=${value}`,
          ...refused,
        })),
      ],
    },
    {
      name: "§2 query-unknown: an unknown name is 400 that names it and the nearest field",
      asks: [
        {
          target: "/things?long_nam=a",
          ...refused,
          says: /long_nam: .*did you mean \\"long_name\\"/,
        },
        {
          target: "/things?node.weigth=1",
          ...refused,
          says: /node\.weigth: .*did you mean \\"weight\\"/,
        },
      ],
    },
    {
      name: '§2 query-whole-body: with body "*" no query parameter is accepted',
      asks: [
        {
          method: "POST",
          target: "/whole?id=a",
          request: { json: {} },
          ...refused,
          says: /the body is the whole message/,
        },
        { method: "POST", target: "/whole", request: { json: { id: "a" } }, json: { id: "a" } },
      ],
    },
    {
      name: '§2 query-field-body: with body "field" the other fields are the query\'s',
      asks: [
        {
          method: "POST",
          target: "/node?id=a",
          request: { json: {} },
          json: { id: "a", node: {} },
        },
        { method: "POST", target: "/node?node.id=a", request: { json: {} }, ...refused },
      ],
    },
    {
      name: "§2 no-body: without body, a request body is 400",
      asks: [
        {
          target: "/things",
          request: { json: {} },
          status: 400,
          reason: "UNEXPECTED_BODY",
        },
        {
          target: "/things",
          request: { body: "x", headers: { "content-type": "text/plain" } },
          status: 400,
          reason: "UNEXPECTED_BODY",
        },
        { target: "/things", request: { body: "" }, json: {} },
      ],
    },
    {
      name: "§2 one-of: two members of one oneof are 400",
      asks: [
        { target: "/things?left=a&right=b", ...refused, says: /one oneof/ },
        { target: "/things?left=a&middle.id=b", ...refused },
        { target: "/things?middle.id=a&middle.weight=1", json: { middle: { id: "a", weight: 1 } } },
        { target: "/things?right=b", json: { right: "b" } },
      ],
    },
    {
      name: "§2 query-count: at most 256 query parameters by default",
      asks: [
        { target: `/things?${"words=a&".repeat(257)}`, ...refused, says: /more than 256/ },
        { target: `/things?${"words=a&".repeat(256)}`, json: { words: Array(256).fill("a") } },
      ],
    },
  ];
  for (const { name, asks } of rows) {
    test(name, async () => {
      for (const ask of asks) await expectAsk(gateway, ask);
    });
  }
});

suite("transcoding.md §2: switches of the query", () => {
  const rules = ['get: "/things"', 'post: "/whole" body: "*"'];
  const switches: readonly {
    readonly name: string;
    readonly top?: string;
    readonly listener?: string;
    readonly asks: readonly Ask[];
  }[] = [
    {
      name: "§2 query-plus: plus_as_space: true reads + as a space",
      top: "rest: { plus_as_space: true }",
      asks: [{ target: "/things?id=a+b", json: { id: "a b" } }],
    },
    {
      name: "§2 query-plus-kept: plus_as_space: false keeps +",
      top: "rest: { plus_as_space: false }",
      asks: [{ target: "/things?id=a+b%20", json: { id: "a+b " } }],
    },
    {
      name: "§2 query-unknown-ignored: ignore_unknown_query: true drops unknown names",
      top: "rest: { ignore_unknown_query: true }",
      asks: [
        { target: "/things?nope=1&node.nope=2&id=a", json: { id: "a" } },
        { target: "/things?count=x", ...refused },
      ],
    },
    {
      name: "§2: ignore_unknown_query: true refuses what reaches into a field without fields",
      top: "rest: { ignore_unknown_query: true }",
      asks: [
        { target: "/things?id.x=1", ...refused, says: /id.{2} has no fields/ },
        { target: "/things?node.id.x=1", ...refused, says: /node\.id.{2} has no fields/ },
        { target: "/things?nodes.id=1", ...refused, says: /nodes.{2} has no fields/ },
        { target: "/things?at.seconds=1", ...refused, says: /Timestamp, which is given whole/ },
        { target: "/things?id[a]=1", ...refused, says: /is not a map/ },
      ],
    },
    {
      name: "§2 query-unknown: ignore_unknown_query: false refuses unknown names",
      top: "rest: { ignore_unknown_query: false }",
      asks: [{ target: "/things?nope=1", ...refused }],
    },
    {
      name: "§2 query-listed-ignored: ignored_query_parameters drops the names it lists and no other",
      top: "rest: { ignored_query_parameters: [utm_source, id] }",
      asks: [
        { target: "/things?utm_source=x&utm_source=y&other=a", json: { other: "a" } },
        { target: "/things?id=a", json: {} },
        { target: "/things?utm_medium=x", ...refused },
        { method: "POST", target: "/whole?utm_source=x", request: { json: {} }, json: {} },
      ],
    },
    {
      name: "§2 query-count-switch: limits.query_parameters sets how many parameters are taken",
      listener: "limits: { query_parameters: 2 }",
      asks: [
        { target: "/things?words=a&words=b", json: { words: ["a", "b"] } },
        { target: "/things?words=a&words=b&words=c", ...refused, says: /more than 2/ },
      ],
    },
  ];
  for (const { name, asks, ...options } of switches) {
    test(name, () =>
      withContract({ rules, ...options }, async (gateway) => {
        for (const ask of asks) await expectAsk(gateway, ask);
      }),
    );
  }
});

suite("transcoding.md §2: a body field that is also path-bound", () => {
  let gateway: ContractGateway;
  before(async () => {
    gateway = await startContract({
      rules: [
        'put: "/a/{long_name}" body: "*"',
        'put: "/b/{node.id}" body: "node"',
        'put: "/c/{boxed}/{big}/{at}" body: "*"',
        'put: "/d/{left}" body: "*"',
      ],
    });
  });
  after(() => gateway.stop());

  const conflict = { status: 400, reason: "CONFLICTING_FIELD" };
  const rows: readonly { readonly name: string; readonly asks: readonly Omit<Ask, "method">[] }[] =
    [
      {
        name: "§2 body-path-absent: a body field that is path-bound may be absent",
        asks: [
          { target: "/a/x", request: { json: { id: "1" } }, json: { id: "1", longName: "x" } },
          {
            target: "/b/x",
            request: { json: { weight: 1 } },
            json: { node: { id: "x", weight: 1 } },
          },
        ],
      },
      {
        name: "§2 body-path-equal: a body field that is path-bound may be equal",
        asks: [
          { target: "/a/x", request: { json: { longName: "x" } }, json: { longName: "x" } },
          { target: "/b/x", request: { json: { id: "x" } }, json: { node: { id: "x" } } },
        ],
      },
      {
        name: "§2 body-path-differs: a body field that is path-bound and differs is 400",
        asks: [
          { target: "/a/x", request: { json: { longName: "y" } }, ...conflict },
          { target: "/a/x", request: { json: { longName: "" } }, ...conflict },
          { target: "/b/x", request: { json: { id: "y" } }, ...conflict },
          { target: "/d/x", request: { json: { left: "y" } }, ...conflict },
        ],
      },
      {
        name: "§2 body-path-by-field: path and body are compared by field, not by spelling",
        asks: [
          { target: "/a/x", request: { json: { long_name: "x" } }, json: { longName: "x" } },
          { target: "/a/x", request: { json: { long_name: "y" } }, ...conflict },
          {
            target: "/a/x",
            request: { body: '{"long\\u005fname":"\\u0078"}' },
            json: { longName: "x" },
          },
          {
            target: "/c/7/5/2024-01-01T00:00:00Z",
            request: { body: '{"boxed":7.0,"big":5,"at":"2024-01-01T01:00:00+01:00"}' },
            json: { boxed: 7, big: "5", at: "2024-01-01T00:00:00Z" },
          },
          { target: "/c/7/5/2024-01-01T00:00:00Z", request: { json: { big: "6" } }, ...conflict },
        ],
      },
    ];
  for (const { name, asks } of rows) {
    test(name, async () => {
      for (const ask of asks) await expectAsk(gateway, { method: "PUT", ...ask });
    });
  }

  test("§2 one-of: a member of a oneof beside the path's own is 400", async () => {
    const answer = await gateway.ask("PUT", "/d/x", { json: { right: "y" } });
    assert.equal(answer.status, 400, answer.text);
  });
});
