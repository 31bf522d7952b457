/** A shelf of the example library. */
export interface StoredShelf {
  readonly name: string;
  theme: string;
}

/** A book of the example library. */
export interface StoredBook {
  readonly name: string;
  title: string;
  authors: string[];
  isbn: string;
  year: number;
  genre: number;
  copiesPrinted: bigint;
  available: boolean;
  labels: Record<string, string>;
  readonly createTime: number;
  updateTime: number;
  cover: { contentType: string; data: Uint8Array };
}

/** Everything that the example library holds. */
export interface Store {
  readonly shelves: Map<string, StoredShelf>;
  readonly books: Map<string, StoredBook>;
}

/** When the seed data were made: fixed, so that answers can be compared. */
const seededAt = Date.UTC(2024, 0, 15, 9, 30);

const seed: readonly (readonly [string, string, string, string, string, number, number, bigint])[] =
  [
    [
      "novels",
      "moby-dick",
      "Moby-Dick; or, The Whale",
      "Herman Melville",
      "9780142437247",
      1851,
      1,
      3_215n,
    ],
    ["novels", "middlemarch", "Middlemarch", "George Eliot", "9780141439549", 1871, 1, 5_000n],
    [
      "novels",
      "beloved",
      "Beloved",
      "Toni Morrison",
      "9781400033416",
      1987,
      1,
      9_007_199_254_740_993n,
    ],
    [
      "poetry",
      "leaves-of-grass",
      "Leaves of Grass",
      "Walt Whitman",
      "9780140421996",
      1855,
      2,
      795n,
    ],
    ["poetry", "ariel", "Ariel", "Sylvia Plath", "9780061148514", 1965, 2, 270_000n],
    [
      "science",
      "origin-of-species",
      "On the Origin of Species",
      "Charles Darwin",
      "9780140439120",
      1859,
      3,
      1_250n,
    ],
    [
      "science",
      "principia",
      "Philosophiæ Naturalis Principia Mathematica",
      "Isaac Newton",
      "9780520088177",
      1687,
      3,
      400n,
    ],
  ];

const themes: Readonly<Record<string, string>> = {
  novels: "Novels",
  poetry: "Poetry",
  science: "Science",
};

/** The smallest PNG: one transparent pixel. */
const pixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
  "base64",
);

/** A book with every field filled in. */
export function newBook(name: string, now: number): StoredBook {
  return {
    name,
    title: "",
    authors: [],
    isbn: "",
    year: 0,
    genre: 0,
    copiesPrinted: 0n,
    available: false,
    labels: {},
    createTime: now,
    updateTime: now,
    cover: { contentType: "image/png", data: pixel },
  };
}

/** The library as it is at the start. */
export function seededStore(): Store {
  const store: Store = { shelves: new Map(), books: new Map() };
  for (const [shelf, id, title, author, isbn, year, genre, copiesPrinted] of seed) {
    const shelfName = `shelves/${shelf}`;
    store.shelves.set(shelfName, { name: shelfName, theme: themes[shelf] ?? shelf });
    const name = `${shelfName}/books/${id}`;
    store.books.set(name, {
      ...newBook(name, seededAt),
      title,
      authors: [author],
      isbn,
      year,
      genre,
      copiesPrinted,
      available: true,
      labels: { language: id === "principia" ? "la" : "en" },
    });
  }
  return store;
}

/** The books of one shelf; of all of them for `shelves/-` and for none. */
export function booksOn(store: Store, shelf: string): StoredBook[] {
  return [...store.books.values()].filter(
    (book) => shelf === "" || shelf === "shelves/-" || book.name.startsWith(`${shelf}/books/`),
  );
}
