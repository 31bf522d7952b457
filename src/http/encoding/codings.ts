import zlib from "node:zlib";

/** A content coding that responses can be written in (RFC 9110 §8.4.1). */
export type CodingName = "zstd" | "br" | "gzip";

/** A zlib stream: what goes in comes out coded, and `flush` brings out all that went in. */
export type CodingStream = zlib.Gzip | zlib.BrotliCompress;

/** One coding: whole bodies at once, streams piece by piece. */
export interface Coding {
  readonly name: CodingName;
  /** Undefined when zlib cannot, as when there is no memory for it. */
  encode(body: Uint8Array): Promise<Uint8Array | undefined>;
  createStream(): CodingStream;
}

type Encode = (
  body: Uint8Array,
  options: object,
  done: (error: Error | null, result: Buffer) => void,
) => void;

/** What newer versions of Node have beside gzip and br. */
interface ZstdCodecs {
  readonly zstdCompress?: Encode;
  readonly createZstdCompress?: (options: object) => CodingStream;
}

// The level that a gateway can afford: beyond it a reply costs more CPU than it saves bytes.
const gzipOptions = { level: 5 };
const brotliOptions = {
  params: {
    [zlib.constants.BROTLI_PARAM_QUALITY]: 4,
    // A window of 256 KiB: a stream holds it for as long as it lives.
    [zlib.constants.BROTLI_PARAM_LGWIN]: 18,
  },
};

const { zstdCompress, createZstdCompress } = zlib as unknown as ZstdCodecs;

const gzip: Coding = {
  name: "gzip",
  encode: (body) => encodeWith(zlib.gzip, gzipOptions, body),
  createStream: () => zlib.createGzip(gzipOptions),
};

const br: Coding = {
  name: "br",
  encode: (body) => encodeWith(zlib.brotliCompress, brotliOptions, body),
  createStream: () => zlib.createBrotliCompress(brotliOptions),
};

/** The coding of a name; undefined for zstd on a Node that does not have it. */
export function codingOf(name: CodingName): Coding | undefined {
  if (name === "gzip") return gzip;
  if (name === "br") return br;
  if (zstdCompress === undefined || createZstdCompress === undefined) return undefined;
  return {
    name: "zstd",
    encode: (body) => encodeWith(zstdCompress, {}, body),
    createStream: () => createZstdCompress({}),
  };
}

function encodeWith(
  encode: Encode,
  options: object,
  body: Uint8Array,
): Promise<Uint8Array | undefined> {
  return new Promise((resolve) => {
    encode(body, options, (error, result) => resolve(error === null ? result : undefined));
  });
}
