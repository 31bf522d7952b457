/**
 * Decodes the percent-encoding of `grpc-message` (gRPC over HTTP/2, "Status-Message"). Broken escapes stay
 * as they are, because a message for a person must never be lost to a sender's mistake.
 */
export function decodeGrpcMessage(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    const bytes: number[] = [];
    for (let i = 0; i < text.length; i++) {
      const hex = text[i] === "%" ? text.slice(i + 1, i + 3) : "";
      if (/^[0-9a-fA-F]{2}$/.test(hex)) {
        bytes.push(Number.parseInt(hex, 16));
        i += 2;
      } else {
        bytes.push(text.charCodeAt(i) & 0xff);
      }
    }
    return Buffer.from(bytes).toString("utf8");
  }
}
