import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { problemsOf, type Sections, sample } from "./sample.ts";

interface Row {
  readonly name: string;
  readonly change?: Partial<Sections>;
  readonly text?: string;
  readonly want: readonly string[];
}

function check(rows: readonly Row[]): void {
  for (const { name, change, text, want } of rows) {
    test(name, async () => {
      assert.deepEqual((await problemsOf(text ?? sample(change))).split("\n"), [...want, ""]);
    });
  }
}

suite("a key", () => {
  check([
    {
      name: "that is misspelled is told with the nearest one",
      change: {
        clusters: "clusters:\n  library:\n    endpoints: [127.0.0.1:50051]\n    deadlne: 5s",
      },
      want: [
        'error: clusters.library: unknown key "deadlne"',
        " --> gateway.yaml:8:5",
        "  |",
        "8 |     deadlne: 5s",
        '  |     ^^^^^^^ did you mean "deadline"?',
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "in another case is told with the one in snake case",
      change: { more: "json: { emitDefaults: true }" },
      want: [
        'error: json: unknown key "emitDefaults"',
        " --> gateway.yaml:9:9",
        "  |",
        "9 | json: { emitDefaults: true }",
        '  |         ^^^^^^^^^^^^ did you mean "emit_defaults"?',
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "like no other is told with all of them",
      change: { clusters: "clusters:\n  library: { endpoints: [127.0.0.1:50051], colour: red }" },
      want: [
        'error: clusters.library: unknown key "colour"',
        " --> gateway.yaml:6:44",
        "  |",
        "6 |   library: { endpoints: [127.0.0.1:50051], colour: red }",
        "  |                                            ^^^^^^ known keys: endpoints, dns, balance, subset_by, panic_threshold, slow_start, locality, deadline, connect_timeout, overflow, backoff, retry, keepalive, idle_timeout, max_age, authority, tls, compression, health, outlier, breaker",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "of a later version is told as such",
      change: {
        routes: "routes:\n  - service: library.v1.*\n    cluster: library\n    mcp: true",
      },
      want: [
        'error: routes[0]: unknown key "mcp"',
        "  --> gateway.yaml:10:5",
        "   |",
        "10 |     mcp: true",
        "   |     ^^^ not in this version of Diglot",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "at the top is told without a path",
      change: { more: "rout: []" },
      want: [
        'error: unknown key "rout"',
        " --> gateway.yaml:9:1",
        "  |",
        "9 | rout: []",
        '  | ^^^^ did you mean "routes"?',
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "that is missing is told at its map with its meaning",
      change: { listeners: "listeners:\n  public: { trusted_hops: 1 }" },
      want: [
        'error: listeners.public: "listen" is missing',
        " --> gateway.yaml:3:3",
        "  |",
        "3 |   public: { trusted_hops: 1 }",
        "  |   ^^^^^^ listen: Address to listen on: host:port, [IPv6]:port or unix:path.",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "that is missing at the top is told at the first key",
      change: { routes: "" },
      want: [
        'error: "routes" is missing',
        " --> gateway.yaml:1:1",
        "  |",
        "1 | version: 1",
        "  | ^^^^^^^ routes: What is served, and by which cluster.",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "without a value is told as such",
      change: { more: "json:" },
      want: [
        "error: json: expected a map, got nothing",
        " --> gateway.yaml:9:1",
        "  |",
        "9 | json:",
        "  | ^^^^",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "given twice is told with both places",
      change: {
        clusters:
          "clusters:\n  library:\n    endpoints: [127.0.0.1:50051]\n    deadline: 5s\n    deadline: 6s",
      },
      want: [
        'error: the key "deadline" is given twice',
        " --> gateway.yaml:9:5",
        "  |",
        "9 |     deadline: 6s",
        "  |     ^^^^^^^^ remove one of them",
        "  |",
        "8 |     deadline: 5s",
        "  |     -------- it is given here first",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "that is a number is told to be put in quotes",
      change: {
        listeners:
          "listeners:\n  8080: { listen: 127.0.0.1:8080 }\n  public: { listen: 127.0.0.1:8081 }",
      },
      want: [
        "error: a key must be text",
        " --> gateway.yaml:3:3",
        "  |",
        "3 |   8080: { listen: 127.0.0.1:8080 }",
        '  |   ^^^^ put it in quotes: "8080"',
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "that is a list is refused",
      change: {
        listeners:
          "listeners:\n  ? [a]\n  : { listen: 127.0.0.1:8080 }\n  public: { listen: 127.0.0.1:8081 }",
      },
      want: [
        "error: a key must be text",
        " --> gateway.yaml:3:5",
        "  |",
        "3 |   ? [a]",
        "  |     ^^^ write a name before the colon",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "called __proto__ is refused",
      change: {
        listeners:
          "listeners:\n  __proto__: { listen: 127.0.0.1:8080 }\n  public: { listen: 127.0.0.1:8081 }",
      },
      want: [
        'error: "__proto__" cannot be a key',
        " --> gateway.yaml:3:3",
        "  |",
        "3 |   __proto__: { listen: 127.0.0.1:8080 }",
        "  |   ^^^^^^^^^ choose another name",
        "",
        "1 error in gateway.yaml",
      ],
    },
  ]);
});

suite("a value", () => {
  check([
    {
      name: "that is none of the words is told with the nearest, as design.md shows",
      change: {
        clusters:
          "clusters:\n  library:\n    endpoints: [127.0.0.1:50051]\n    balance: roundrobin",
      },
      want: [
        'error: clusters.library.balance: "roundrobin" is not a policy',
        " --> gateway.yaml:8:14",
        "  |",
        "8 |     balance: roundrobin",
        '  |              ^^^^^^^^^^ did you mean "round_robin"?',
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "that is a word of a later version is told as such",
      change: {
        listeners: "listeners:\n  public: { listen: 127.0.0.1:8080, protocols: [http1, h2c] }",
      },
      want: [
        'error: listeners.public.protocols[1]: "h2c" is not a protocol',
        " --> gateway.yaml:3:56",
        "  |",
        "3 |   public: { listen: 127.0.0.1:8080, protocols: [http1, h2c] }",
        "  |                                                        ^^^ not in this version of Diglot",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "near no word is told with all of them",
      change: { more: "rest: { trailing_slash: maybe }" },
      want: [
        'error: rest.trailing_slash: "maybe" is not a way to treat a trailing slash',
        " --> gateway.yaml:9:25",
        "  |",
        "9 | rest: { trailing_slash: maybe }",
        "  |                         ^^^^^ allowed: strict, ignore",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "without its unit is told with one",
      change: { clusters: "clusters:\n  library: { endpoints: [127.0.0.1:50051], deadline: 5 }" },
      want: [
        "error: clusters.library.deadline: expected a duration such as 500ms, 30s or 5m, got 5",
        " --> gateway.yaml:6:54",
        "  |",
        "6 |   library: { endpoints: [127.0.0.1:50051], deadline: 5 }",
        '  |                                                      ^ did you mean "5s"?',
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "with a unit of another spelling is told with ours",
      change: {
        listeners:
          "listeners:\n  public:\n    listen: 127.0.0.1:8080\n    limits: { body: 4MB, request: 1 day }",
      },
      want: [
        'error: listeners.public.limits.body: expected a size such as 64KiB or 4MiB, got "4MB"',
        " --> gateway.yaml:5:21",
        "  |",
        "5 |     limits: { body: 4MB, request: 1 day }",
        '  |                     ^^^ did you mean "4MiB"?',
        "",
        'error: listeners.public.limits.request: expected a duration such as 500ms, 30s or 5m, got "1 day"',
        " --> gateway.yaml:5:35",
        "  |",
        "5 |     limits: { body: 4MB, request: 1 day }",
        '  |                                   ^^^^^ did you mean "24h"?',
        "",
        "2 errors in gateway.yaml",
      ],
    },
    {
      name: "of bytes without a unit is told in the largest unit",
      change: {
        listeners: "listeners:\n  public: { listen: 127.0.0.1:8080, limits: { body: 8388608 } }",
      },
      want: [
        "error: listeners.public.limits.body: expected a size such as 64KiB or 4MiB, got 8388608",
        " --> gateway.yaml:3:53",
        "  |",
        "3 |   public: { listen: 127.0.0.1:8080, limits: { body: 8388608 } }",
        '  |                                                     ^^^^^^^ did you mean "8MiB"?',
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "of a deadline of nothing is refused",
      change: { clusters: "clusters:\n  library: { endpoints: [127.0.0.1:50051], deadline: 0s }" },
      want: [
        'error: clusters.library.deadline: expected from 1ms to 500h, got "0s"',
        " --> gateway.yaml:6:54",
        "  |",
        "6 |   library: { endpoints: [127.0.0.1:50051], deadline: 0s }",
        "  |                                                      ^^",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "of a negative deadline is refused",
      change: { routes: "routes:\n  - { service: library.v1.*, cluster: library, deadline: -1s }" },
      want: [
        'error: routes[0].deadline: expected a duration such as 500ms, 30s or 5m, got "-1s"',
        " --> gateway.yaml:8:58",
        "  |",
        "8 |   - { service: library.v1.*, cluster: library, deadline: -1s }",
        "  |                                                          ^^^",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "over its range is told with the range",
      change: { listeners: "listeners:\n  public: { listen: 127.0.0.1:8080, trusted_hops: 99 }" },
      want: [
        "error: listeners.public.trusted_hops: expected a whole number from 0 to 32, got 99",
        " --> gateway.yaml:3:51",
        "  |",
        "3 |   public: { listen: 127.0.0.1:8080, trusted_hops: 99 }",
        "  |                                                   ^^",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "with a fraction is not a whole number",
      change: { listeners: "listeners:\n  public: { listen: 127.0.0.1:8080, trusted_hops: 1.5 }" },
      want: [
        "error: listeners.public.trusted_hops: expected a whole number from 0 to 32, got 1.5",
        " --> gateway.yaml:3:51",
        "  |",
        "3 |   public: { listen: 127.0.0.1:8080, trusted_hops: 1.5 }",
        "  |                                                   ^^^",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "of YAML 1.1 for a switch is told as true or false",
      change: { listeners: "listeners:\n  public: { listen: 127.0.0.1:8080, access_log: off }" },
      want: [
        'error: listeners.public.access_log: expected true or false, got "off"',
        " --> gateway.yaml:3:49",
        "  |",
        "3 |   public: { listen: 127.0.0.1:8080, access_log: off }",
        '  |                                                 ^^^ did you mean "false"?',
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "that is text where a map belongs",
      change: { clusters: "clusters:\n  library: 127.0.0.1:50051" },
      want: [
        'error: clusters.library: expected a map, got "127.0.0.1:50051"',
        " --> gateway.yaml:6:12",
        "  |",
        "6 |   library: 127.0.0.1:50051",
        "  |            ^^^^^^^^^^^^^^^",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "that is text where a list belongs is told as a list",
      change: { clusters: "clusters:\n  library: { endpoints: 127.0.0.1:50051 }" },
      want: [
        'error: clusters.library.endpoints: expected a list, got "127.0.0.1:50051"',
        " --> gateway.yaml:6:25",
        "  |",
        "6 |   library: { endpoints: 127.0.0.1:50051 }",
        "  |                         ^^^^^^^^^^^^^^^ write a list: [127.0.0.1:50051]",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "that is an empty list where one is needed",
      change: { routes: "routes: []" },
      want: [
        "error: routes: expected at least one route",
        " --> gateway.yaml:7:9",
        "  |",
        "7 | routes: []",
        "  |         ^^",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "that is an empty map where one is needed",
      change: { listeners: "listeners: {}" },
      want: [
        "error: listeners: expected at least one listener",
        " --> gateway.yaml:2:12",
        "  |",
        "2 | listeners: {}",
        "  |            ^^",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "of another version of the format is refused",
      change: { version: "version: 2" },
      want: [
        "error: version: expected 1, got 2",
        " --> gateway.yaml:1:10",
        "  |",
        "1 | version: 2",
        "  |          ^",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "that listens on a port alone is told with an address",
      change: { listeners: "listeners:\n  public: { listen: 8080 }" },
      want: [
        "error: listeners.public.listen: expected an address such as 127.0.0.1:8080, [::1]:8080 or unix:/run/diglot.sock, got 8080",
        " --> gateway.yaml:3:21",
        "  |",
        "3 |   public: { listen: 8080 }",
        '  |                     ^^^^ did you mean "127.0.0.1:8080"?',
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "that listens on a port over 65535",
      change: { listeners: "listeners:\n  public: { listen: 127.0.0.1:80800 }" },
      want: [
        'error: listeners.public.listen: expected a port from 0 to 65535, got "127.0.0.1:80800"',
        " --> gateway.yaml:3:21",
        "  |",
        "3 |   public: { listen: 127.0.0.1:80800 }",
        "  |                     ^^^^^^^^^^^^^^^",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "that is no IPv4 address",
      change: { listeners: "listeners:\n  public: { listen: 127.0.0.256:8080 }" },
      want: [
        'error: listeners.public.listen: expected an IPv4 address of four numbers up to 255, got "127.0.0.256:8080"',
        " --> gateway.yaml:3:21",
        "  |",
        "3 |   public: { listen: 127.0.0.256:8080 }",
        "  |                     ^^^^^^^^^^^^^^^^",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "that is an endpoint on port 0",
      change: { clusters: "clusters:\n  library: { endpoints: [127.0.0.1:0] }" },
      want: [
        'error: clusters.library.endpoints[0]: expected a port from 1 to 65535, got "127.0.0.1:0"',
        " --> gateway.yaml:6:26",
        "  |",
        "6 |   library: { endpoints: [127.0.0.1:0] }",
        "  |                          ^^^^^^^^^^^",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "that is an endpoint as gRPC or the web writes it",
      change: {
        clusters:
          'clusters:\n  library:\n    endpoints:\n      - dns:library.internal\n      - http://library.internal:50051/\n      - library.internal\n      - "::1"\n      - unix:///run/library.sock',
      },
      want: [
        'error: clusters.library.endpoints[0]: expected a name such as dns:///library.internal:50051, got "dns:library.internal"',
        " --> gateway.yaml:8:9",
        "  |",
        "8 |       - dns:library.internal",
        '  |         ^^^^^^^^^^^^^^^^^^^^ did you mean "dns:///library.internal:50051"?',
        "",
        'error: clusters.library.endpoints[1]: expected an endpoint such as 10.0.4.7:50051, library.internal:50051 or unix:/run/library.sock, got "http://library.internal:50051/"',
        " --> gateway.yaml:9:9",
        "  |",
        "9 |       - http://library.internal:50051/",
        '  |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ did you mean "library.internal:50051"?',
        "",
        'error: clusters.library.endpoints[2]: expected an endpoint such as 10.0.4.7:50051, library.internal:50051 or unix:/run/library.sock, got "library.internal"',
        "  --> gateway.yaml:10:9",
        "   |",
        "10 |       - library.internal",
        '   |         ^^^^^^^^^^^^^^^^ did you mean "library.internal:50051"?',
        "",
        'error: clusters.library.endpoints[3]: expected an endpoint such as 10.0.4.7:50051, library.internal:50051 or unix:/run/library.sock, got "::1"',
        "  --> gateway.yaml:11:9",
        "   |",
        '11 |       - "::1"',
        '   |         ^^^^^ did you mean "[::1]:50051"?',
        "",
        "4 errors in gateway.yaml",
      ],
    },
    {
      name: "that is a template without its slash",
      change: { routes: "routes:\n  - { rpc: a.B/C, cluster: library, http: { get: v1/books } }" },
      want: [
        'error: routes[0].http.get: expected a path template such as /v1/{name=shelves/*}, got "v1/books"',
        " --> gateway.yaml:8:50",
        "  |",
        "8 |   - { rpc: a.B/C, cluster: library, http: { get: v1/books } }",
        '  |                                                  ^^^^^^^^ did you mean "/v1/books"?',
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "that is a method as the selector writes it",
      change: { routes: "routes:\n  - { rpc: helloworld.Greeter.SayHello, cluster: library }" },
      want: [
        'error: routes[0].rpc: expected a method such as helloworld.Greeter/SayHello, got "helloworld.Greeter.SayHello"',
        " --> gateway.yaml:8:12",
        "  |",
        "8 |   - { rpc: helloworld.Greeter.SayHello, cluster: library }",
        '  |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^ did you mean "helloworld.Greeter/SayHello"?',
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "that is a service with a leading dot",
      change: { routes: "routes:\n  - { service: .library.v1.Library, cluster: library }" },
      want: [
        'error: routes[0].service: expected a service such as library.v1.Library or library.v1.*, got ".library.v1.Library"',
        " --> gateway.yaml:8:16",
        "  |",
        "8 |   - { service: .library.v1.Library, cluster: library }",
        '  |                ^^^^^^^^^^^^^^^^^^^ did you mean "library.v1.Library"?',
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "that is a header name in upper case",
      change: { more: "metadata: { remove: [Cookie], status_header: X-Http-Code }" },
      want: [
        'error: metadata.remove[0]: expected a header name in lower case, such as x-http-code, got "Cookie"',
        " --> gateway.yaml:9:22",
        "  |",
        "9 | metadata: { remove: [Cookie], status_header: X-Http-Code }",
        '  |                      ^^^^^^ did you mean "cookie"?',
        "",
        'error: metadata.status_header: expected a header name in lower case, such as x-http-code, got "X-Http-Code"',
        " --> gateway.yaml:9:46",
        "  |",
        "9 | metadata: { remove: [Cookie], status_header: X-Http-Code }",
        '  |                                              ^^^^^^^^^^^ did you mean "x-http-code"?',
        "",
        "2 errors in gateway.yaml",
      ],
    },
    {
      name: "that is nested is named with its whole path",
      change: {
        routes:
          "routes:\n  - service: library.v1.*\n    cluster: library\n    methods:\n      GetBook: { json: { pretty: yes } }",
      },
      want: [
        'error: routes[0].methods.GetBook.json.pretty: expected true or false, got "yes"',
        "  --> gateway.yaml:11:34",
        "   |",
        "11 |       GetBook: { json: { pretty: yes } }",
        '   |                                  ^^^ did you mean "true"?',
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "of many lines is pointed at by its key",
      change: {
        clusters: "clusters:\n  library:\n    endpoints:\n      host: 127.0.0.1\n      port: 50051",
      },
      want: [
        "error: clusters.library.endpoints: expected a list, got a map",
        " --> gateway.yaml:7:5",
        "  |",
        "7 |     endpoints:",
        "  |     ^^^^^^^^^",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "that is a socket path too long to bind",
      change: {
        listeners:
          'listeners:\n  public: { listen: "unix:/run/diglot/diglot/diglot/diglot/diglot/diglot/diglot/diglot/diglot/diglot/diglot/diglot/diglot/diglot/diglot/diglot/sock" }',
      },
      want: [
        'error: listeners.public.listen: expected a socket path of at most 107 bytes, got "unix:/run/diglot/diglot/diglot/diglot/diglot/diglot/diglot/diglot/diglot/digl…"',
        " --> gateway.yaml:3:21",
        "  |",
        '3 |   public: { listen: "unix:/run/diglot/diglot/diglot/diglot/diglot/diglot/diglot/diglot/diglot/diglot/diglot/diglot/diglot/diglot/diglot/diglot/sock"…',
        "  |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
        "",
        "1 error in gateway.yaml",
      ],
    },
  ]);
});

suite("a relation", () => {
  check([
    {
      name: "to a cluster that is not there is told with the nearest",
      change: { routes: "routes:\n  - service: library.v1.*\n    cluster: libary" },
      want: [
        'error: routes[0].cluster: no cluster is named "libary"',
        " --> gateway.yaml:9:14",
        "  |",
        "9 |     cluster: libary",
        '  |              ^^^^^^ did you mean "library"?',
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "to a cluster near none is told with all of them",
      change: {
        clusters:
          "clusters:\n  library: { endpoints: [127.0.0.1:50051] }\n  billing: { endpoints: [127.0.0.1:50052] }",
        routes: "routes:\n  - { service: library.v1.*, cluster: warehouse }",
      },
      want: [
        'error: routes[0].cluster: no cluster is named "warehouse"',
        " --> gateway.yaml:9:39",
        "  |",
        "9 |   - { service: library.v1.*, cluster: warehouse }",
        "  |                                       ^^^^^^^^^ clusters: library, billing",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "of a cluster to no route is a warning",
      change: {
        clusters:
          "clusters:\n  library: { endpoints: [127.0.0.1:50051] }\n  billing: { endpoints: [127.0.0.1:50052] }",
      },
      want: [
        "warning: clusters.billing: no route uses this cluster",
        " --> gateway.yaml:7:3",
        "  |",
        "7 |   billing: { endpoints: [127.0.0.1:50052] }",
        "  |   ^^^^^^^ remove it, or name it in a route",
        "",
        "1 warning in gateway.yaml",
      ],
    },
    {
      name: "of a filter to no route is a warning, and one of a method is a use",
      change: {
        routes:
          "routes:\n  - { service: library.v1.*, cluster: library, filters: [a], methods: { Get: { filters: [b] } } }",
        more: "filters:\n  a: { type: protovalidate }\n  b: { type: protovalidate }\n  c: { type: protovalidate }",
      },
      want: [
        "warning: filters.c: no route uses this filter",
        "  --> gateway.yaml:12:3",
        "   |",
        "12 |   c: { type: protovalidate }",
        "   |   ^ remove it, or name it in a route",
        "",
        "1 warning in gateway.yaml",
      ],
    },
    {
      name: "of a route to neither service nor rpc",
      change: { routes: "routes:\n  - cluster: library" },
      want: [
        "error: routes[0]: a route needs one of service or rpc",
        " --> gateway.yaml:8:5",
        "  |",
        "8 |   - cluster: library",
        "  |     ^^^^^^^^^^^^^^^^",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "of a route to both service and rpc",
      change: {
        routes:
          "routes:\n  - service: library.v1.*\n    rpc: library.v1.Library/GetBook\n    cluster: library",
      },
      want: [
        "error: routes[0]: a route takes one of service or rpc, and has service already",
        " --> gateway.yaml:9:5",
        "  |",
        "9 |     rpc: library.v1.Library/GetBook",
        "  |     ^^^ remove one of them",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "of a rule to a whole service",
      change: {
        routes:
          "routes:\n  - service: library.v1.*\n    http: { get: /v1/books }\n    cluster: library",
      },
      want: [
        'error: routes[0]: "http" goes with "rpc" only',
        " --> gateway.yaml:9:5",
        "  |",
        "9 |     http: { get: /v1/books }",
        "  |     ^^^^ name one method with rpc, or put the rule in http.rules with a selector",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "of methods to a single one",
      change: {
        routes:
          "routes:\n  - rpc: a.B/C\n    methods: { C: { expose: true } }\n    cluster: library",
      },
      want: [
        'error: routes[0]: "methods" goes with "service" only',
        " --> gateway.yaml:9:5",
        "  |",
        "9 |     methods: { C: { expose: true } }",
        "  |     ^^^^^^^ put these keys on the route itself",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "of a method to its full name",
      change: {
        routes:
          "routes:\n  - service: library.v1.*\n    cluster: library\n    methods: { library.v1.Library/GetBook: { expose: false } }",
      },
      want: [
        'error: routes[0].methods["library.v1.Library/GetBook"]: expected a method\'s own name',
        "  --> gateway.yaml:10:16",
        "   |",
        "10 |     methods: { library.v1.Library/GetBook: { expose: false } }",
        '   |                ^^^^^^^^^^^^^^^^^^^^^^^^^^ did you mean "GetBook"?',
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "of a rule to two templates",
      change: {
        routes: "routes:\n  - rpc: a.B/C\n    cluster: library\n    http: { get: /a, post: /b }",
      },
      want: [
        "error: routes[0].http: an HTTP rule takes one of get, put, post, delete, patch or custom, and has get already",
        "  --> gateway.yaml:10:22",
        "   |",
        "10 |     http: { get: /a, post: /b }",
        "   |                      ^^^^ remove one of them",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "of an additional binding to no template",
      change: {
        more: 'http:\n  rules:\n    - selector: library.v1.B.C\n      get: /a\n      additional_bindings: [{ body: "*" }]',
      },
      want: [
        "error: http.rules[0].additional_bindings[0]: an HTTP rule needs one of get, put, post, delete, patch or custom",
        "  --> gateway.yaml:13:29",
        "   |",
        '13 |       additional_bindings: [{ body: "*" }]',
        "   |                             ^^^^^^^^^^^^^",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "of one selector to two rules",
      change: {
        more: "http:\n  rules:\n    - { selector: library.v1.B.C, get: /a }\n    - { selector: library.v1.B.C, get: /b }",
      },
      want: [
        "error: http.rules[1].selector: this has a rule in http.rules[0] already",
        "  --> gateway.yaml:12:19",
        "   |",
        "12 |     - { selector: library.v1.B.C, get: /b }",
        "   |                   ^^^^^^^^^^^^^^ remove one of them",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "of one service to two routes",
      change: {
        routes:
          "routes:\n  - { service: library.v1.*, cluster: library }\n  - { service: library.v1.*, cluster: library }",
      },
      want: [
        "error: routes[1].service: this is served by routes[0] already",
        " --> gateway.yaml:9:16",
        "  |",
        "9 |   - { service: library.v1.*, cluster: library }",
        "  |                ^^^^^^^^^^^^ remove one of them",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "of one address to two listeners",
      change: {
        listeners:
          "listeners:\n  public: { listen: 127.0.0.1:8080 }\n  inner: { listen: 127.0.0.1:8080 }",
      },
      want: [
        "error: listeners.inner.listen: this is listened on by listeners.public already",
        " --> gateway.yaml:4:20",
        "  |",
        "4 |   inner: { listen: 127.0.0.1:8080 }",
        "  |                    ^^^^^^^^^^^^^^ remove one of them",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "of a source to both protos and set",
      change: { descriptors: "descriptors:\n  - protos: ./protos\n    set: ./image.binpb" },
      want: [
        "error: descriptors[0]: a source of descriptors takes one of protos or set, and has protos already",
        " --> gateway.yaml:6:5",
        "  |",
        "6 |     set: ./image.binpb",
        "  |     ^^^ remove one of them",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "of imports to a set",
      change: { descriptors: "descriptors:\n  - set: ./image.binpb\n    imports: [./include]" },
      want: [
        'error: descriptors[0]: "imports" goes with "protos" only',
        " --> gateway.yaml:6:5",
        "  |",
        "6 |     imports: [./include]",
        "  |     ^^^^^^^ a set holds its imports",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "of one endpoint to itself",
      change: {
        clusters: "clusters:\n  library: { endpoints: [127.0.0.1:50051, 127.0.0.1:50051] }",
      },
      want: [
        "error: clusters.library.endpoints[1]: this endpoint is in the list already",
        " --> gateway.yaml:6:43",
        "  |",
        "6 |   library: { endpoints: [127.0.0.1:50051, 127.0.0.1:50051] }",
        "  |                                           ^^^^^^^^^^^^^^^ remove one of them",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "of a name to a label that it cannot be",
      change: { listeners: 'listeners:\n  "public site": { listen: 127.0.0.1:8080 }' },
      want: [
        'error: listeners: "public site" cannot be a name',
        " --> gateway.yaml:3:3",
        "  |",
        '3 |   "public site": { listen: 127.0.0.1:8080 }',
        "  |   ^^^^^^^^^^^^^ a name is letters, digits, - and _, up to 63, and begins with a letter",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "of a head timeout over the whole request's",
      change: {
        listeners:
          "listeners:\n  public:\n    listen: 127.0.0.1:8080\n    limits: { header_timeout: 61s }",
      },
      want: [
        "error: listeners.public.limits.header_timeout: it is longer than request",
        " --> gateway.yaml:5:31",
        "  |",
        "5 |     limits: { header_timeout: 61s }",
        "  |                               ^^^ lower this one or raise the other one",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "of a first wait over the longest",
      change: {
        clusters:
          "clusters:\n  library:\n    endpoints: [127.0.0.1:50051]\n    backoff: { base: 20s }",
      },
      want: [
        "error: clusters.library.backoff.base: it is longer than max",
        " --> gateway.yaml:8:22",
        "  |",
        "8 |     backoff: { base: 20s }",
        "  |                      ^^^ lower this one or raise the other one",
        "",
        "1 error in gateway.yaml",
      ],
    },
  ]);
});

suite("a text", () => {
  check([
    {
      name: "with an unclosed list is told where it was opened",
      text: "version: 1\nlisteners:\n  public: { listen: 127.0.0.1:8080 }\ndescriptors: [{ protos: ./protos }]\nclusters:\n  library:\n    endpoints: [127.0.0.1:50051\n    deadline: 5s\nroutes:\n  - { service: library.v1.*, cluster: library }\n",
      want: [
        "error: the list opened here is not closed",
        " --> gateway.yaml:7:16",
        "  |",
        "7 |     endpoints: [127.0.0.1:50051",
        '  |                ^ add a "]"',
        "  |",
        "8 |     deadline: 5s",
        "  |     - it is still open here",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "with an unclosed map at the end of the file",
      text: "version: 1\nlisteners: { public: { listen: 127.0.0.1:8080 }",
      want: [
        "error: the map opened here is not closed",
        " --> gateway.yaml:2:12",
        "  |",
        "2 | listeners: { public: { listen: 127.0.0.1:8080 }",
        '  |            ^ add a "}"',
        "  |",
        "2 | listeners: { public: { listen: 127.0.0.1:8080 }",
        "  |                                                - it is still open here",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "with a bracket of the other kind",
      text: '{\n  "version": 1,\n  "routes": [\n}\n',
      want: [
        "error: the list opened here is not closed",
        " --> gateway.yaml:3:13",
        "  |",
        '3 |   "routes": [',
        '  |             ^ add a "]"',
        "  |",
        "4 | }",
        "  | - it is still open here",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "with an unclosed quote is told where it was opened",
      text: 'version: 1\nlisteners:\n  public: { listen: "127.0.0.1:8080 }\nroutes: []\n',
      want: [
        "error: the quoted text that begins here is not closed",
        " --> gateway.yaml:3:21",
        "  |",
        '3 |   public: { listen: "127.0.0.1:8080 }',
        "  |                     ^^^^^^^^^^^^^^^^^ add a double quote at its end",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "with a tab that indents",
      text: "version: 1\nlisteners:\n\tpublic: {}\n",
      want: [
        "error: a tab cannot indent",
        " --> gateway.yaml:3:1",
        "  |",
        "3 | \tpublic: {}",
        "  | ^ use spaces",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "with two documents",
      text: "version: 1\nlisteners:\n  public: { listen: 127.0.0.1:8080 }\ndescriptors: [{ protos: ./protos }]\nclusters:\n  library: { endpoints: [127.0.0.1:50051] }\nroutes:\n  - { service: library.v1.*, cluster: library }\n---\nversion: 1\n",
      want: [
        "error: the file holds more than one document",
        " --> gateway.yaml:9:1",
        "  |",
        "9 | ---",
        '  | ^^^ remove this "---" and what follows',
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "with a byte order mark",
      text: "﻿version: 1\n",
      want: [
        "error: the file begins with a byte order mark",
        " --> gateway.yaml:1:1",
        "  |",
        "1 | ·version: 1",
        "  | ^ save it as UTF-8 without one",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "with a control character",
      text: 'version: 1\nlisteners: { "a\u001b[31m": {} }\n',
      want: [
        "error: the control character U+001B is not allowed in YAML",
        " --> gateway.yaml:2:16",
        "  |",
        '2 | listeners: { "a·[31m": {} }',
        "  |                ^ remove it, or write it as an escape in double quotes",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "with a line at a wrong indentation",
      text: "version: 1\nlisteners:\n  public:\n    listen: 127.0.0.1:8080\n   trusted_hops: 0\n",
      want: [
        "error: this line is indented wrongly",
        " --> gateway.yaml:5:1",
        "  |",
        "5 |    trusted_hops: 0",
        "  | ^ align it with the lines of the same map or list",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "with a key and a value under a value",
      text: "version: 1\nlisteners:\n  public: main\n    listen: 127.0.0.1:8080\n",
      want: [
        "error: a key and its value are on the line of another key",
        " --> gateway.yaml:3:11",
        "  |",
        "3 |   public: main",
        "  |           ^ put it on a line of its own, or quote the value if the colon belongs to it",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "with two colons on a line",
      text: "version: 1\nlisteners: public: x\n",
      want: [
        "error: a key and its value are on the line of another key",
        " --> gateway.yaml:2:12",
        "  |",
        "2 | listeners: public: x",
        "  |            ^ put it on a line of its own, or quote the value if the colon belongs to it",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "with a key without a colon",
      text: "version: 1\nlisteners\nroutes: []\n",
      want: [
        "error: a key goes over several lines",
        " --> gateway.yaml:2:1",
        "  |",
        "2 | listeners",
        '  | ^^^^^^^^^ a ":" is missing after a key, or the line is indented wrongly',
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "with a reserved character",
      text: "version: 1\nlisteners: @public\n",
      want: [
        "error: a value cannot begin with this character",
        " --> gateway.yaml:2:12",
        "  |",
        "2 | listeners: @public",
        "  |            ^ put the value in quotes",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "with a tag",
      text: "version: !int 1\n",
      want: [
        "error: tags are not used here",
        " --> gateway.yaml:1:10",
        "  |",
        "1 | version: !int 1",
        "  |          ^^^^ remove the word with the exclamation mark",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "with an alias of nothing",
      text: "version: 1\nlisteners: *other\n",
      want: [
        'error: no anchor "&other" is above this alias',
        " --> gateway.yaml:2:12",
        "  |",
        "2 | listeners: *other",
        "  |            ^^^^^^",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "with an alias of itself",
      text: "version: 1\nlisteners: &self\n  public: *self\n",
      want: [
        'error: no anchor "&self" is above this alias',
        " --> gateway.yaml:3:11",
        "  |",
        "3 |   public: *self",
        "  |           ^^^^^",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "with aliases that explode",
      text: "a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f,*f]\nh: &h [*g,*g,*g,*g,*g,*g,*g,*g,*g,*g]\n",
      want: [
        "error: aliases make the document larger than 50000 values",
        " --> gateway.yaml:5:17",
        "  |",
        "5 | e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]",
        "  |                 ^^ write the values out",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "nested too deeply",
      text: "version: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n",
      want: [
        "error: the document is nested more than 64 deep",
        " --> gateway.yaml:1:74",
        "  |",
        "1 | …[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
        "  |                                              ^^^^^^^^^^^^",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "that is empty",
      text: "",
      want: [
        "error: the document is empty",
        " --> gateway.yaml:1:1",
        "  |",
        "1 |",
        '  | ^ start with "version: 1"',
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "of comments alone",
      text: "# gateway\n",
      want: [
        "error: the document is empty",
        " --> gateway.yaml:1:1",
        "  |",
        "1 | # gateway",
        '  | ^ start with "version: 1"',
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "that is a sentence",
      text: "hello\n",
      want: [
        'error: the document: expected a map, got "hello"',
        " --> gateway.yaml:1:1",
        "  |",
        "1 | hello",
        "  | ^^^^^",
        "",
        "1 error in gateway.yaml",
      ],
    },
    {
      name: "that is a list",
      text: "- version: 1\n",
      want: [
        "error: the document: expected a map, got a list",
        " --> gateway.yaml:1:1",
        "  |",
        "1 | - version: 1",
        "  | ^^^^^^^^^^^^",
        "",
        "1 error in gateway.yaml",
      ],
    },
  ]);
});
