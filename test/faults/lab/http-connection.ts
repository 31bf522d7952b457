import { connect, type Socket } from "node:net";

/** What came of one request. */
export interface HttpAnswer {
  /** The status, or what happened in its place: `closed`, `late`. */
  readonly outcome: string;
  readonly body: string;
}

/** A keep-alive connection of HTTP/1.1 that has one request at a time. */
export class HttpConnection {
  readonly #socket: Socket;
  #received = "";
  #settle: ((answer: HttpAnswer) => void) | undefined = undefined;
  #limit: NodeJS.Timeout | undefined = undefined;

  constructor(port: number) {
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.#socket.setEncoding("latin1");
    this.#socket.on("data", (text: string) => this.#take(text));
    this.#socket.on("error", () => undefined);
    this.#socket.on("close", () => this.#end({ outcome: "closed", body: "" }));
  }

  /** Whether it takes another request. */
  get isUsable(): boolean {
    return this.#settle === undefined && this.#socket.writable;
  }

  /** Sends the bytes of a request; always answers, `late` after `withinMs`. */
  ask(request: string, withinMs: number): Promise<HttpAnswer> {
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#limit = setTimeout(() => {
        this.#end({ outcome: "late", body: "" });
        this.#socket.destroy();
      }, withinMs);
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    this.#received += text;
    const headEnd = this.#received.indexOf("\r\n\r\n");
    if (headEnd < 0) return;
    const head = this.#received.slice(0, headEnd).toLowerCase();
    const body = bodyOf(head, this.#received.slice(headEnd + 4));
    if (body === undefined) return;
    this.#received = "";
    if (/^connection: close/m.test(head)) this.#socket.destroy();
    this.#end({ outcome: head.slice("http/1.1 ".length, "http/1.1 ".length + 3), body });
  }

  #end(answer: HttpAnswer): void {
    const settle = this.#settle;
    this.#settle = undefined;
    clearTimeout(this.#limit);
    settle?.(answer);
  }
}

/** The body when it is whole: by its length, or by its last chunk; the chunks' own lines stay in. */
function bodyOf(head: string, received: string): string | undefined {
  if (/^transfer-encoding: chunked/m.test(head)) {
    return received.endsWith("0\r\n\r\n") ? received : undefined;
  }
  const length = Number(/^content-length: (\d+)/m.exec(head)?.[1] ?? 0);
  return received.length >= length ? received : undefined;
}
