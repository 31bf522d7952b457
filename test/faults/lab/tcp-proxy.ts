import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** What becomes of the bytes that pass, and of connections. */
export type NetworkFault =
  | { readonly kind: "none" }
  /** Every byte comes so much later, both ways. */
  | { readonly kind: "delay"; readonly delayMs: number }
  /** No byte comes any more, and nobody is told: a cut cable. New connections are accepted and lead nowhere. */
  | { readonly kind: "drop" }
  /** The back end has forgotten the connections that stand now, and the gateway is not told; new ones are good. */
  | { readonly kind: "half-open" }
  /** So much comes in a second, each way. */
  | { readonly kind: "throttle"; readonly bytesPerSecond: number }
  /** Every connection is reset, those to come too. */
  | { readonly kind: "reset" }
  /** A byte of every piece that the back end sends is another one. */
  | { readonly kind: "corrupt" };

/** Where the proxy leads, and who is told of what passes. */
export interface TcpProxyOptions {
  readonly targetPort: number;
  /** A connection has come. */
  readonly onConnection?: () => void;
  /** Bytes have come from the client of connection number `connection`, whatever becomes of them. */
  readonly onBytes?: (connection: number, bytes: Buffer) => void;
}

/** Stands between a gateway and one back end, and breaks what it is told to. */
export interface TcpProxy {
  readonly port: number;
  /** Holds from now on. */
  fault: NetworkFault;
  stop(): Promise<void>;
}

const none: NetworkFault = { kind: "none" };

/** Starts one on a free port of the loopback. */
export async function startTcpProxy(options: TcpProxyOptions): Promise<TcpProxy> {
  const links = new Set<Link>();
  let fault = none;
  let connections = 0;
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const number = connections++;
    options.onConnection?.();
    if (fault.kind === "reset") {
      client.resetAndDestroy();
      return;
    }
    const link = new Link(client, options.targetPort, () => fault);
    client.on("data", (bytes) => options.onBytes?.(number, bytes));
    links.add(link);
    client.on("close", () => links.delete(link));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    get fault() {
      return fault;
    },
    set fault(next) {
      fault = next;
      for (const link of links) {
        if (next.kind === "reset") link.reset();
        if (next.kind === "half-open") link.forget();
      }
    },
    async stop() {
      server.close();
      for (const link of links) link.reset();
      await once(server, "close");
    },
  };
}

/** A connection of a client and the one to the back end that it leads to. */
class Link {
  readonly #client: Socket;
  readonly #target: Socket;
  #isForgotten = false;

  constructor(client: Socket, targetPort: number, faultOf: () => NetworkFault) {
    const target = connect({ port: targetPort, host: "127.0.0.1", allowHalfOpen: true });
    target.setNoDelay(true);
    this.#client = client;
    this.#target = target;
    const fault = (): NetworkFault => (this.#isForgotten ? { kind: "drop" } : faultOf());
    const up = new Lane(client, target, () => (fault().kind === "corrupt" ? none : fault()));
    const down = new Lane(target, client, fault);
    client.on("error", () => target.resetAndDestroy());
    // A back end that refuses or breaks a connection does so to the gateway too, unless the gateway is not to know.
    target.on("error", () => {
      if (!this.#isForgotten && faultOf().kind !== "drop") client.resetAndDestroy();
    });
    client.on("close", () => {
      up.stop();
      down.stop();
      target.destroy();
    });
  }

  reset(): void {
    this.#client.resetAndDestroy();
    this.#target.resetAndDestroy();
  }

  /** The back end's side goes away, the client's stays. */
  forget(): void {
    this.#isForgotten = true;
    this.#target.destroy();
  }
}

/** Bytes, or the end of them, that are to be sent at `dueAt`. */
interface Piece {
  readonly dueAt: number;
  /** Undefined for the end. */
  readonly bytes: Buffer | undefined;
}

// While so much waits, nothing more is read: the sender feels the line's slowness.
const mostQueuedBytes = 64 * 1024;

/** One direction of a link. */
class Lane {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #faultOf: () => NetworkFault;
  readonly #queue: Piece[] = [];
  #queuedBytes = 0;
  #lastDueAt = 0;
  #timer: NodeJS.Timeout | undefined = undefined;

  constructor(from: Socket, to: Socket, faultOf: () => NetworkFault) {
    this.#from = from;
    this.#to = to;
    this.#faultOf = faultOf;
    from.on("data", (bytes) => this.#take(bytes));
    from.on("end", () => this.#push(undefined, 0));
    to.on("drain", () => this.#readOn());
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#queue.length = 0;
  }

  #take(bytes: Buffer): void {
    const fault = this.#faultOf();
    if (fault.kind === "throttle") {
      // Fifty times a second, so that a large piece does not come at once.
      const size = Math.max(1, Math.floor(fault.bytesPerSecond / 50));
      for (let at = 0; at < bytes.length; at += size) {
        const piece = bytes.subarray(at, at + size);
        this.#push(piece, 0, (piece.length / fault.bytesPerSecond) * 1000);
      }
    } else if (fault.kind === "delay") {
      this.#push(bytes, fault.delayMs);
    } else if (fault.kind !== "drop") {
      this.#push(bytes, 0);
    }
  }

  /** Sends `bytes` in `delayMs`, and not before `takesMs` after what came before them. */
  #push(bytes: Buffer | undefined, delayMs: number, takesMs = 0): void {
    const now = performance.now();
    const dueAt = Math.max(now + delayMs, Math.max(this.#lastDueAt, now) + takesMs);
    this.#lastDueAt = dueAt;
    this.#queue.push({ dueAt, bytes });
    this.#queuedBytes += bytes?.length ?? 0;
    if (this.#queuedBytes > mostQueuedBytes) this.#from.pause();
    if (this.#timer === undefined) this.#sendDue();
  }

  #sendDue(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      if (next.dueAt > now) {
        this.#timer = setTimeout(() => this.#sendDue(), next.dueAt - now);
        break;
      }
      this.#queue.shift();
      this.#queuedBytes -= next.bytes?.length ?? 0;
      this.#send(next.bytes);
    }
    this.#readOn();
  }

  #send(bytes: Buffer | undefined): void {
    const fault = this.#faultOf();
    if (this.#to.destroyed || fault.kind === "drop") return;
    if (bytes === undefined) this.#to.end();
    else if (!this.#to.write(fault.kind === "corrupt" ? corrupted(bytes) : bytes)) {
      this.#from.pause();
    }
  }

  #readOn(): void {
    if (this.#queuedBytes <= mostQueuedBytes && !this.#to.writableNeedDrain) this.#from.resume();
  }
}

function corrupted(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  const at = copy.length >> 1;
  copy[at] = (copy[at] ?? 0) ^ 0xff;
  return copy;
}
