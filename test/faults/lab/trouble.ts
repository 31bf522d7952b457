/** What a back end does with its calls and connections. */
export type Trouble =
  /** It answers every call with the message it was sent. */
  | { readonly kind: "none" }
  /** It takes calls and never answers. */
  | { readonly kind: "hang" }
  /** It answers so much later. */
  | { readonly kind: "delay"; readonly delayMs: number }
  /** It resets every stream with this code of HTTP/2 (RFC 9113 §7). */
  | { readonly kind: "reset"; readonly code: number }
  /** Calls get what is no message of gRPC, new connections what is no HTTP/2. */
  | { readonly kind: "garbage" }
  /** Every connection ends with GOAWAY after so many calls, the last of which is answered. */
  | { readonly kind: "goaway"; readonly afterCalls: number }
  /** It ends the connection in the middle of each reply. */
  | { readonly kind: "half-way" }
  /** It accepts connections and never says a word; the ones it has are lost. */
  | { readonly kind: "silent" }
  /** Its process ends at the next call. */
  | { readonly kind: "crash" };

/** What the lab tells the process of a back end, over Node's channel between processes. */
export type Order =
  /** Answered with `listening`. */
  | { readonly kind: "listen"; readonly port: number }
  /** Answered with `troubled`. */
  | { readonly kind: "trouble"; readonly trouble: Trouble };

/** What the process says. */
export type Notice =
  /** It has started and waits for orders. */
  | { readonly kind: "started" }
  | { readonly kind: "listening"; readonly port: number }
  | { readonly kind: "troubled" };
