import { durationFromMs, type Timestamp, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type ServiceError, status } from "@grpc/grpc-js";
import { type ErrorFactory, invalid, notFound, notReady } from "./errors.ts";
import type { Dynamic, Handlers } from "./handlers.ts";
import { booksOn, newBook, type Store, type StoredBook, type StoredShelf } from "./store.ts";

const defaultPage = 10;
const largestPage = 100;
/** Two weeks. */
const loanMs = 14 * 24 * 60 * 60 * 1000;

/** Thrown by a handler to fail its call: only gRPC's own callbacks see it. */
function refuse(error: ServiceError): never {
  throw error;
}

/** The unary methods of LibraryService over a store. */
export function libraryHandlers(store: Store, fail: ErrorFactory, now: () => number): Handlers {
  const shelfOf = (name: string): StoredShelf =>
    store.shelves.get(name) ?? refuse(notFound(fail, "Shelf", name));
  const bookOf = (name: string): StoredBook =>
    store.books.get(name) ?? refuse(notFound(fail, "Book", name));
  return {
    GetShelf: ({ name }) => shelfMessage(shelfOf(text(name)), store),
    ListShelves: (request) => {
      const page = pageOf([...store.shelves.values()], request, fail);
      return {
        shelves: page.items.map((shelf) => shelfMessage(shelf, store)),
        nextPageToken: page.next,
      };
    },
    CreateShelf: ({ shelf, shelfId }) => {
      const { theme = "" } = fields(shelf);
      if (theme === "") refuse(invalid(fail, "shelf.theme", "is required"));
      const id =
        text(shelfId) ||
        text(theme)
          .toLowerCase()
          .replaceAll(/[^a-z0-9]+/g, "-");
      const name = `shelves/${id}`;
      if (store.shelves.has(name)) refuse(alreadyExists(fail, "Shelf", name));
      store.shelves.set(name, { name, theme: text(theme) });
      return shelfMessage(shelfOf(name), store);
    },
    DeleteShelf: ({ name }) => {
      const shelf = shelfOf(text(name));
      const count = booksOn(store, shelf.name).length;
      if (count > 0) {
        const description = `${count} books are on it`;
        refuse(notReady(fail, { type: "EMPTY", subject: shelf.name, description }));
      }
      store.shelves.delete(shelf.name);
      return {};
    },
    GetBook: ({ name, isbn }) => {
      if (text(isbn) === "") return bookMessage(bookOf(text(name)));
      const found = [...store.books.values()].find((book) => book.isbn === text(isbn));
      return bookMessage(found ?? refuse(notFound(fail, "Book", `isbn/${text(isbn)}`)));
    },
    ListBooks: (request) => {
      const found = filtered(booksOn(store, text(request["parent"])), fields(request["filter"]));
      const books = ordered(found, text(request["orderBy"]), fail);
      const page = pageOf(books, request, fail);
      return {
        books: page.items.map(bookMessage),
        nextPageToken: page.next,
        totalSize: books.length,
      };
    },
    CreateBook: (request) => bookMessage(createBook(store, fail, request, now())),
    UpdateBook: ({ book, updateMask }) => {
      const change = fields(book);
      const stored = bookOf(text(change["name"]));
      applyMask(stored, change, maskPaths(updateMask), fail);
      stored.updateTime = now();
      return bookMessage(stored);
    },
    DeleteBook: ({ name }) => {
      store.books.delete(bookOf(text(name)).name);
      return {};
    },
    MoveBook: ({ name, otherShelf }) => {
      const book = bookOf(text(name));
      const shelf = shelfOf(text(otherShelf));
      const moved = { ...book, name: `${shelf.name}/books/${book.name.split("/").at(-1) ?? ""}` };
      store.books.delete(book.name);
      store.books.set(moved.name, moved);
      return bookMessage(moved);
    },
    BorrowBook: ({ name, reader }) => {
      const book = bookOf(text(name));
      if (!book.available) {
        refuse(
          fail(status.RESOURCE_EXHAUSTED, `every copy of "${book.title}" is lent`, [
            ["google.rpc.RetryInfo", { retryDelay: durationFromMs(loanMs) }],
          ]),
        );
      }
      book.available = false;
      book.labels = { ...book.labels, reader: text(reader) };
      return bookMessage(book);
    },
    ArchiveBook: ({ name }) => {
      const book = bookOf(text(name));
      if (!book.available) {
        refuse(notReady(fail, { type: "LENT", subject: book.name, description: "it is lent" }));
      }
      book.labels = { ...book.labels, archived: "true" };
      return bookMessage(book);
    },
    ListTitles: ({ parent }) => ({
      titles: booksOn(store, shelfOf(text(parent)).name).map((book) => book.title),
    }),
    GetCover: ({ name }) => ({ ...bookOf(text(name)).cover }),
    SetCover: ({ name, cover }) => {
      const { contentType, data } = fields(cover);
      bookOf(text(name)).cover = { contentType: text(contentType), data: data as Uint8Array };
      return {};
    },
    CountBooks: () => ({ count: BigInt(store.books.size) }),
  };
}

/** Adds a book; used by CreateBook and ImportBooks. */
export function createBook(
  store: Store,
  fail: ErrorFactory,
  request: Dynamic,
  now: number,
): StoredBook {
  const given = fields(request["book"]);
  const parent = text(request["parent"]);
  if (!store.shelves.has(parent)) refuse(notFound(fail, "Shelf", parent));
  if (text(given["title"]) === "") refuse(invalid(fail, "book.title", "is required"));
  const id = text(request["bookId"]) || `book-${store.books.size + 1}`;
  const name = `${parent}/books/${id}`;
  if (store.books.has(name)) refuse(alreadyExists(fail, "Book", name));
  const book = newBook(name, now);
  applyMask(book, given, Object.keys(setters), fail);
  store.books.set(name, book);
  return book;
}

/** A stored book as a message. */
export function bookMessage(book: StoredBook): Dynamic {
  const { cover: _, createTime, updateTime, ...rest } = book;
  return { ...rest, createTime: timestamp(createTime), updateTime: timestamp(updateTime) };
}

function shelfMessage(shelf: StoredShelf, store: Store): Dynamic {
  return { ...shelf, bookCount: booksOn(store, shelf.name).length };
}

function alreadyExists(fail: ErrorFactory, type: string, name: string): ServiceError {
  return fail(status.ALREADY_EXISTS, `"${name}" exists`, [
    ["google.rpc.ResourceInfo", { resourceType: `library.v1.${type}`, resourceName: name }],
  ]);
}

const setters: Readonly<Record<string, (book: StoredBook, given: Dynamic) => void>> = {
  title: (book, given) => {
    book.title = text(given["title"]);
  },
  authors: (book, given) => {
    book.authors = [...(given["authors"] as string[])];
  },
  isbn: (book, given) => {
    book.isbn = text(given["isbn"]);
  },
  year: (book, given) => {
    book.year = Number(given["year"]);
  },
  genre: (book, given) => {
    book.genre = Number(given["genre"]);
  },
  copies_printed: (book, given) => {
    book.copiesPrinted = given["copiesPrinted"] as bigint;
  },
  available: (book, given) => {
    book.available = given["available"] === true;
  },
  labels: (book, given) => {
    book.labels = { ...(given["labels"] as Record<string, string>) };
  },
};

/** An empty mask replaces every field that can be set (AIP-134). */
function applyMask(
  book: StoredBook,
  given: Dynamic,
  paths: readonly string[],
  fail: ErrorFactory,
): void {
  for (const path of paths.length === 0 || paths.includes("*") ? Object.keys(setters) : paths) {
    const set = setters[path];
    if (set === undefined) refuse(invalid(fail, "update_mask", `"${path}" cannot be changed`));
    else set(book, given);
  }
}

function maskPaths(mask: unknown): readonly string[] {
  return (fields(mask)["paths"] as readonly string[] | undefined) ?? [];
}

function filtered(books: readonly StoredBook[], filter: Dynamic): StoredBook[] {
  const { author = "", genres = [], yearFrom, yearTo } = filter;
  return books.filter(
    (book) =>
      (author === "" || book.authors.some((name) => name.includes(text(author)))) &&
      ((genres as number[]).length === 0 || (genres as number[]).includes(book.genre)) &&
      (yearFrom === undefined || book.year >= Number(yearFrom)) &&
      (yearTo === undefined || book.year <= Number(yearTo)),
  );
}

/** AIP-132's order_by, of one field. */
function ordered(books: StoredBook[], orderBy: string, fail: ErrorFactory): readonly StoredBook[] {
  if (orderBy === "") return books;
  const [field, direction, ...more] = orderBy.split(" ");
  const isKnown = field === "title" || field === "year" || field === "name";
  if (!isKnown || (direction ?? "desc") !== "desc" || more.length > 0) {
    refuse(invalid(fail, "order_by", `"${orderBy}" is no order; try "title" or "year desc"`));
  }
  const sign = direction === undefined ? 1 : -1;
  const sorted = [...books].sort((a, b) => (a[field] < b[field] ? -sign : sign));
  return sorted;
}

function pageOf<T>(
  items: readonly T[],
  request: Dynamic,
  fail: ErrorFactory,
): { readonly items: readonly T[]; readonly next: string } {
  const size = Number(request["pageSize"]) || defaultPage;
  if (size < 0 || size > largestPage) {
    refuse(invalid(fail, "page_size", `expected 1 to ${largestPage}`));
  }
  const token = text(request["pageToken"]);
  const start = token === "" ? 0 : Number(token);
  if (!Number.isInteger(start) || start < 0)
    refuse(invalid(fail, "page_token", "is not one of ours"));
  const end = start + size;
  return { items: items.slice(start, end), next: end < items.length ? String(end) : "" };
}

function fields(value: unknown): Dynamic {
  return (value ?? {}) as Dynamic;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function timestamp(ms: number): Timestamp {
  return timestampFromMs(ms);
}
