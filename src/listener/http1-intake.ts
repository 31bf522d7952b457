import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { connectionOf, type Http1Connection } from "./http1-connection.ts";
import type { ClientError } from "./http1-error.ts";

/** Bytes that wait unparsed before the socket is read no further. */
const heldBytes = 64 * 1024;

/** Pieces they may come in: each costs more than its bytes. */
const heldPieces = 16;

/** A piece of bytes ends behind the first head that ends at so many bytes or later. No head is shorter than 18: at most 16 end in one piece. */
const pieceBytes = 252;

const headEnd = "\r\n\r\n";

/** What llhttp's `on_headers_complete` gives back to stop the parser behind a head (its HPE_PAUSED). */
const pauseBehindHead = 21;

/** The parser that Node keeps with a socket of an HTTP server. None of this is documented: see `parserOf`. */
interface SocketParser {
  onIncoming: (request: IncomingMessage, keepAlive: boolean) => number;
  resume(): void;
}

type Parse = (this: Socket, bytes: Buffer) => void;

/**
 * What stands between a socket and its parser. Node reads the socket by itself, without a copy, until a request
 * comes before the one ahead of it is answered. Then the parser is stopped behind that head, and from there on it
 * gets bytes only while no whole request waits for its answer: at most 16 are parsed before their turn, and
 * beyond 64 KiB the socket is read no further (faults.md, H1-39).
 */
export class Http1Intake {
  readonly #socket: Socket;
  readonly #connection: Http1Connection;
  readonly #parser: SocketParser | undefined;
  #parse: Parse | undefined = undefined;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #isFeeding = false;

  constructor(socket: Socket, connection: Http1Connection) {
    this.#socket = socket;
    this.#connection = connection;
    this.#parser = parserOf(socket);
    connection.onTurn(() => this.#feed());
    if (this.#parser === undefined) this.#takeOver();
    else this.#watch(this.#parser);
  }

  /** Goes on from where the parser was stopped. */
  resume({ rawPacket, bytesParsed = 0 }: ClientError): void {
    this.#takeOver();
    this.#parser?.resume();
    if (rawPacket !== undefined) this.#onData(rawPacket.subarray(bytesParsed));
  }

  /** Gives the parser nothing more; gives back what it has not seen. */
  detach(): readonly Buffer[] {
    if (this.#parse !== undefined) {
      this.#socket.off("data", this.#onData).off("resume", this.#onResume);
    }
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    return held;
  }

  #watch(parser: SocketParser): void {
    const { onIncoming } = parser;
    const connection = this.#connection;
    parser.onIncoming = (request, keepAlive) => {
      const isBehind = connection.isBusy;
      const verdict = onIncoming(request, keepAlive);
      // Behind a CONNECT or an upgrade that is taken the parser stops by itself, whatever Node gives it (26: 0).
      if (!isBehind || verdict !== 0 || isTaken(request)) return verdict;
      return this.#parse === undefined ? pauseBehindHead : verdict;
    };
  }

  /** Puts itself in the place of Node's own listener, which Node has read the socket for until now. */
  #takeOver(): void {
    const [parse] = this.#socket.listeners("data");
    if (parse === undefined) return;
    this.#parse = parse as Parse;
    this.#socket.on("data", this.#onData).on("resume", this.#onResume);
    this.#socket.off("data", this.#parse);
  }

  readonly #onData = (bytes: Buffer): void => {
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    this.#feed();
    if (this.#isFull()) this.#socket.pause();
  };

  /** Node resumes a socket by itself where a body is read to its end. */
  readonly #onResume = (): void => {
    if (this.#isFull()) this.#socket.pause();
  };

  #isFull(): boolean {
    return this.#heldBytes >= heldBytes || this.#held.length >= heldPieces;
  }

  #feed(): void {
    if (this.#isFeeding || this.#parse === undefined) return;
    const wasFull = this.#isFull();
    this.#isFeeding = true;
    while (this.#held.length > 0 && this.#connection.mayParse) {
      this.#parse.call(this.#socket, this.#takePiece());
    }
    this.#isFeeding = false;
    if (wasFull && !this.#isFull()) this.#socket.resume();
  }

  #takePiece(): Buffer {
    const first = this.#held[0] ?? Buffer.alloc(0);
    const end = first.indexOf(headEnd, pieceBytes - headEnd.length);
    const length = end === -1 ? first.length : end + headEnd.length;
    if (length === first.length) this.#held.shift();
    else this.#held[0] = first.subarray(length);
    this.#heldBytes -= length;
    return first.subarray(0, length);
  }
}

/** Node says with `upgrade` whether it lets go of the socket behind a request. */
function isTaken(request: IncomingMessage & { readonly upgrade?: boolean | null }): boolean {
  return request.upgrade === true;
}

const intakes = new WeakMap<Duplex, Http1Intake>();

/** Puts an intake before the parser of a socket that an HTTP server has just taken. */
export function openIntake(socket: Socket): void {
  intakes.set(socket, new Http1Intake(socket, connectionOf(socket)));
}

export function intakeOf(socket: Duplex): Http1Intake | undefined {
  return intakes.get(socket);
}

/** Undefined where a Node keeps its parser otherwise than those this was written for: 20, 22, 24 and 26. */
function parserOf(socket: Socket): SocketParser | undefined {
  const { parser } = socket as { readonly parser?: Partial<SocketParser> | null };
  return typeof parser?.onIncoming === "function" && typeof parser.resume === "function"
    ? (parser as SocketParser)
    : undefined;
}
