import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, suite, test } from "node:test";
import { status } from "@grpc/grpc-js";
import { type ExampleServer, startExampleServer } from "../../example/server.ts";
import { createLibraryClient, type LibraryClient, type Outcome } from "./library-client.ts";

const now = Date.UTC(2025, 5, 1);
const mobyDick = "shelves/novels/books/moby-dick";

let server: ExampleServer;
let client: LibraryClient;

async function start(): Promise<void> {
  server = await startExampleServer({ port: 0, now: () => now });
  client = await createLibraryClient(server.port);
}

async function stop(): Promise<void> {
  client.close();
  await server.stop();
}

/** The one reply of a call that must succeed. */
async function reply(method: string, request: object): Promise<Record<string, unknown>> {
  const outcome = await client.call("LibraryService", method, request);
  assert.ok("replies" in outcome, JSON.stringify(outcome));
  assert.equal(outcome.replies.length, 1);
  return outcome.replies[0] as Record<string, unknown>;
}

suite("reading the library", () => {
  before(start);
  after(stop);

  test("a book has every field of the seed", async () => {
    assert.deepEqual(await reply("GetBook", { name: "shelves/novels/books/beloved" }), {
      name: "shelves/novels/books/beloved",
      title: "Beloved",
      authors: ["Toni Morrison"],
      isbn: "9781400033416",
      year: 1987,
      genre: "NOVEL",
      copiesPrinted: "9007199254740993",
      available: true,
      labels: { language: "en" },
      createTime: "2024-01-15T09:30:00Z",
      updateTime: "2024-01-15T09:30:00Z",
    });
  });

  test("a book is found by its ISBN too", async () => {
    assert.equal((await reply("GetBook", { isbn: "9780142437247" }))["name"], mobyDick);
  });

  test("following the page tokens gives every book once", async () => {
    const names: unknown[] = [];
    let pageToken = "";
    do {
      const page = await reply("ListBooks", { parent: "shelves/-", pageSize: 3, pageToken });
      names.push(...(page["books"] as { name: string }[]).map(({ name }) => name));
      assert.equal(page["totalSize"], 7);
      pageToken = (page["nextPageToken"] as string | undefined) ?? "";
    } while (pageToken !== "");
    assert.equal(names.length, 7);
    assert.equal(new Set(names).size, 7);
  });

  const lists = [
    { name: "a shelf", request: { parent: "shelves/poetry" }, want: ["leaves-of-grass", "ariel"] },
    { name: "an author", request: { filter: { author: "Newton" } }, want: ["principia"] },
    { name: "genres", request: { filter: { genres: [2] } }, want: ["leaves-of-grass", "ariel"] },
    {
      name: "years",
      request: { filter: { yearFrom: 1851, yearTo: 1859 } },
      want: ["moby-dick", "leaves-of-grass", "origin-of-species"],
    },
    {
      name: "an order",
      request: { parent: "shelves/science", orderBy: "title" },
      want: ["origin-of-species", "principia"],
    },
    {
      name: "an order the other way round",
      request: { parent: "shelves/novels", orderBy: "year desc" },
      want: ["beloved", "middlemarch", "moby-dick"],
    },
  ];
  for (const { name, request, want } of lists) {
    test(`books are listed by ${name}`, async () => {
      const { books } = await reply("ListBooks", request);
      const ids = (books as { name: string }[]).map((book) => book.name.split("/").at(-1));
      assert.deepEqual(ids, want);
    });
  }

  test("a shelf knows how many books are on it", async () => {
    const shelf = await reply("GetShelf", { name: "shelves/science" });
    assert.deepEqual(shelf, { name: "shelves/science", theme: "Science", bookCount: 2 });
  });

  test("a cover is a PNG", async () => {
    const cover = await reply("GetCover", { name: mobyDick });
    assert.equal(cover["contentType"], "image/png");
    assert.match(String(cover["data"]), /^iVBORw0KGgo/);
  });

  test("calls are counted by method", async () => {
    const [all, titles] = [server.requestCount(), server.requestCount("ListTitles")];
    await reply("ListTitles", { parent: "shelves/poetry" });
    await reply("CountBooks", {});
    assert.equal(server.requestCount() - all, 2);
    assert.equal(server.requestCount("ListTitles") - titles, 1);
  });
});

suite("changing the library", () => {
  beforeEach(start);
  afterEach(stop);

  test("an update changes what the mask names, and the time", async () => {
    const book = { name: mobyDick, title: "The Whale", year: 1 };
    const updated = await reply("UpdateBook", { book, updateMask: { paths: ["title"] } });
    assert.equal(updated["title"], "The Whale");
    assert.equal(updated["year"], 1851);
    assert.equal(updated["updateTime"], "2025-06-01T00:00:00Z");
  });

  test("an update without a mask replaces every field", async () => {
    const updated = await reply("UpdateBook", { book: { name: mobyDick, title: "The Whale" } });
    assert.equal(updated["year"], undefined);
  });

  test("a created book is there until it is deleted", async () => {
    const book = { title: "Walden", authors: ["Henry David Thoreau"] };
    const created = await reply("CreateBook", { parent: "shelves/novels", book, bookId: "walden" });
    assert.equal(created["name"], "shelves/novels/books/walden");
    assert.deepEqual(await reply("GetBook", { name: created["name"] }), created);
    await reply("DeleteBook", { name: created["name"] });
    const gone = await client.call("LibraryService", "GetBook", { name: created["name"] });
    assert.equal((gone as { code: number }).code, status.NOT_FOUND);
  });

  test("a moved book keeps its fields under its new name", async () => {
    const moved = await reply("MoveBook", { name: mobyDick, otherShelf: "shelves/science" });
    assert.equal(moved["name"], "shelves/science/books/moby-dick");
    assert.equal(moved["isbn"], "9780142437247");
  });

  test("a cover can be replaced", async () => {
    const cover = { contentType: "text/plain", data: Buffer.from("a whale") };
    await reply("SetCover", { name: mobyDick, cover });
    assert.deepEqual(await reply("GetCover", { name: mobyDick }), {
      contentType: "text/plain",
      data: Buffer.from("a whale").toString("base64"),
    });
  });

  test("a book is lent once", async () => {
    await reply("BorrowBook", { name: mobyDick, reader: "Ishmael" });
    const again = await client.call("LibraryService", "BorrowBook", { name: mobyDick });
    assert.deepEqual(again, {
      code: status.RESOURCE_EXHAUSTED,
      message: 'every copy of "Moby-Dick; or, The Whale" is lent',
      details: [{ type: "RetryInfo", retryDelay: "1209600s" }],
    });
    const archived = await client.call("LibraryService", "ArchiveBook", { name: mobyDick });
    assert.equal((archived as { code: number }).code, status.FAILED_PRECONDITION);
  });
});

suite("failures", () => {
  before(start);
  after(stop);

  const rows = [
    {
      name: "a book that is not there",
      method: "GetBook",
      request: { name: "shelves/novels/books/none" },
      want: {
        code: status.NOT_FOUND,
        message: 'no Book is named "shelves/novels/books/none"',
        details: [
          {
            type: "ResourceInfo",
            resourceType: "library.v1.Book",
            resourceName: "shelves/novels/books/none",
          },
          { type: "ErrorInfo", reason: "NO_SUCH_RESOURCE", domain: "library.example" },
        ],
      },
    },
    {
      name: "a field that cannot be right",
      method: "ListBooks",
      request: { pageSize: 101 },
      want: {
        code: status.INVALID_ARGUMENT,
        message: "page_size: expected 1 to 100",
        details: [
          {
            type: "BadRequest",
            fieldViolations: [{ field: "page_size", description: "expected 1 to 100" }],
          },
        ],
      },
    },
    {
      name: "an order that is none",
      method: "ListBooks",
      request: { orderBy: "year up" },
      want: {
        code: status.INVALID_ARGUMENT,
        message: 'order_by: "year up" is no order; try "title" or "year desc"',
        details: [
          {
            type: "BadRequest",
            fieldViolations: [
              {
                field: "order_by",
                description: '"year up" is no order; try "title" or "year desc"',
              },
            ],
          },
        ],
      },
    },
    {
      name: "a shelf with books",
      method: "DeleteShelf",
      request: { name: "shelves/poetry" },
      want: {
        code: status.FAILED_PRECONDITION,
        message: "shelves/poetry: 2 books are on it",
        details: [
          {
            type: "PreconditionFailure",
            violations: [
              { type: "EMPTY", subject: "shelves/poetry", description: "2 books are on it" },
            ],
          },
        ],
      },
    },
    {
      name: "a shelf that exists",
      method: "CreateShelf",
      request: { shelf: { theme: "Novels" } },
      want: {
        code: status.ALREADY_EXISTS,
        message: '"shelves/novels" exists',
        details: [
          {
            type: "ResourceInfo",
            resourceType: "library.v1.Shelf",
            resourceName: "shelves/novels",
          },
        ],
      },
    },
  ];
  for (const { name, method, request, want } of rows) {
    test(`${name} is told with details`, async () => {
      assert.deepEqual(await client.call("LibraryService", method, request), want);
    });
  }

  test("Fail gives the code, the message and a detail that no descriptor knows", async () => {
    const request = { code: status.ABORTED, message: "no", details: true };
    assert.deepEqual(await client.call("KitchenSinkService", "Fail", request), {
      code: status.ABORTED,
      message: "no",
      details: [
        {
          type: "ErrorInfo",
          reason: "ASKED_TO",
          domain: "library.example",
          metadata: { code: "10" },
        },
        { type: "RetryInfo", retryDelay: "1.500s" },
        "type.googleapis.com/library.internal.Unpublished",
      ],
    });
  });
});

suite("streams", () => {
  before(start);
  after(stop);

  function titlesOf(outcome: Outcome): unknown {
    return "replies" in outcome
      ? outcome.replies.map((message) => (message as { title: string }).title)
      : outcome;
  }

  test("ExportBooks sends each book of a shelf", async () => {
    const outcome = await client.call("LibraryService", "ExportBooks", {
      parent: "shelves/poetry",
    });
    assert.deepEqual(titlesOf(outcome), ["Leaves of Grass", "Ariel"]);
  });

  test("ExportBooks of a shelf that is not there fails", async () => {
    const outcome = await client.call("LibraryService", "ExportBooks", { parent: "shelves/none" });
    assert.equal((outcome as { code: number }).code, status.NOT_FOUND);
  });

  test("ImportBooks adds every book that is sent", async () => {
    const outcome = await client.call(
      "LibraryService",
      "ImportBooks",
      { parent: "shelves/novels", book: { title: "Walden" }, bookId: "walden" },
      { parent: "shelves/novels", book: { title: "Emma" }, bookId: "emma" },
    );
    assert.deepEqual(outcome, {
      replies: [
        { imported: 2, names: ["shelves/novels/books/walden", "shelves/novels/books/emma"] },
      ],
    });
  });

  test("ImportBooks fails with the first book that cannot be added", async () => {
    const outcome = await client.call(
      "LibraryService",
      "ImportBooks",
      { parent: "shelves/none", book: { title: "Walden" } },
      { parent: "shelves/novels", book: {} },
    );
    assert.equal((outcome as { message: string }).message, 'no Shelf is named "shelves/none"');
  });

  test("Discuss ends behind a call for silence", async () => {
    const outcome = await client.call(
      "LibraryService",
      "Discuss",
      { reader: "Ishmael", text: "Call me" },
      { reader: "Ahab", text: "Silence!" },
      { reader: "Ishmael", text: "Sorry" },
    );
    assert.deepEqual(outcome, { code: 10, message: "the librarian has left", details: [] });
  });

  test("Discuss answers every remark", async () => {
    const outcome = await client.call(
      "LibraryService",
      "Discuss",
      { reader: "Ishmael", text: "Call me" },
      { reader: "Ahab", text: "Thar she blows" },
    );
    assert.deepEqual(outcome, {
      replies: [
        { reader: "librarian", text: "Ishmael said: Call me" },
        { reader: "librarian", text: "Ahab said: Thar she blows" },
      ],
    });
  });
});
