import type { Transport } from "../../h2/index.ts";

/** Where bytes go once a handshake is over. */
export type SecuredSocket = Pick<import("node:tls").TLSSocket, "write" | "end" | "destroy">;

/**
 * A transport that writes nothing until the peer is known to be who it should be. What is written before is the
 * preface and SETTINGS of one connection, and no call: those wait for the peer's SETTINGS.
 */
export class HandshakeTransport implements Transport {
  #state:
    | { readonly kind: "waiting"; readonly held: Uint8Array[]; socket: SecuredSocket | undefined }
    | { readonly kind: "secured"; readonly socket: SecuredSocket }
    | { readonly kind: "ended" } = { kind: "waiting", held: [], socket: undefined };

  /** Whether the connection was given up before it was secured. */
  get hasEnded(): boolean {
    return this.#state.kind === "ended";
  }

  /** The socket whose handshake has begun. */
  begun(socket: SecuredSocket): void {
    if (this.#state.kind === "waiting") this.#state.socket = socket;
  }

  /** The peer is who it should be: what was held is sent. */
  secured(socket: SecuredSocket): void {
    if (this.#state.kind !== "waiting") return;
    const { held } = this.#state;
    this.#state = { kind: "secured", socket };
    for (const bytes of held) socket.write(bytes);
  }

  write(bytes: Uint8Array): boolean {
    if (this.#state.kind === "secured") return this.#state.socket.write(bytes);
    if (this.#state.kind === "waiting") this.#state.held.push(bytes);
    return true;
  }

  end(): void {
    if (this.#state.kind === "secured") this.#state.socket.end();
    else this.destroy();
  }

  destroy(): void {
    if (this.#state.kind === "ended") return;
    const { socket } = this.#state;
    this.#state = { kind: "ended" };
    socket?.destroy();
  }
}
