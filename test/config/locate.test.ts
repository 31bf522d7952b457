import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type DocumentPath, formatPath } from "../../src/config/index.ts";
import { load } from "./sample.ts";

const text = `version: 1
listeners: { public: { listen: 127.0.0.1:8080 } }
descriptors:
  - protos: ./protos
clusters:
  library:
    endpoints:
      - 127.0.0.1:50051
routes:
  - service: library.v1.*
    cluster: library
    methods: &quiet
      GetBook: { expose: false }
  - service: other.v1.*
    cluster: library
    methods: *quiet
`;

suite("a path of the document", () => {
  const rows: readonly {
    readonly name: string;
    readonly path: DocumentPath;
    readonly part?: "key" | "value";
    readonly want: string;
  }[] = [
    { name: "to a scalar is its text", path: ["routes", 0, "service"], want: "library.v1.*" },
    { name: "to a key is its name", path: ["routes", 0, "service"], part: "key", want: "service" },
    {
      name: "to an item of a list",
      path: ["clusters", "library", "endpoints", 0],
      want: "127.0.0.1:50051",
    },
    {
      name: "to a value on one line is all of it",
      path: ["listeners", "public"],
      want: "{ listen: 127.0.0.1:8080 }",
    },
    { name: "to a value of many lines is its key", path: ["clusters", "library"], want: "library" },
    { name: "to an item of many lines is its first key", path: ["routes", 1], want: "service" },
    {
      name: "that is not there is its parent's key",
      path: ["clusters", "library", "balance"],
      want: "library",
    },
    {
      name: "that is far from there is the nearest parent",
      path: ["rest", "x", 3],
      want: "version",
    },
    {
      name: "through an alias is where it was written",
      path: ["routes", 1, "methods", "GetBook", "expose"],
      want: "false",
    },
    { name: "to the root is its first key", path: [], want: "version" },
  ];
  for (const { name, path, part, want } of rows) {
    test(name, async () => {
      const { line, column, length } = (await load(text)).document.locate(path, part);
      const written = text.split("\n")[line - 1]?.slice(column - 1, column - 1 + length);
      assert.equal(written, want);
    });
  }

  test("places what a later stage finds", async () => {
    const { document } = await load(text);
    const problem = document.problem({
      path: ["routes", 1, "service"],
      part: "value",
      severity: "error",
      rule: "unknown-service",
      message: "routes[1].service: no service other.v1.* in the descriptors",
      help: undefined,
    });
    assert.deepEqual([problem.file, problem.line, problem.column], ["gateway.yaml", 14, 14]);
  });

  test("is written as a person would", () => {
    assert.equal(formatPath(["routes", 0, "http", "get"]), "routes[0].http.get");
    assert.equal(formatPath(["clusters", "a b", "x-y"]), 'clusters["a b"].x-y');
    assert.equal(formatPath([]), "the document");
  });
});
