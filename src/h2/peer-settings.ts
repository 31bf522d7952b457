import { ErrorCode } from "./error-code.ts";
import { largestWindow, readUint32, Setting } from "./frame.ts";
import type { ConnectionError } from "./frame-reader.ts";
import type { PeerSettings } from "./types.ts";

/** What holds until the peer's first SETTINGS (RFC 9113 §6.5.2); streams are unlimited there, and 100 here. */
export const initialPeerSettings: PeerSettings = {
  headerTableSize: 4096,
  maxConcurrentStreams: 100,
  initialWindowSize: 65_535,
  maxFrameSize: 16_384,
  maxHeaderListSize: Number.POSITIVE_INFINITY,
};

/** Bytes of one setting. */
export const settingBytes = 6;

/** What a SETTINGS frame changes, or why the connection cannot go on. Unknown settings are ignored (§6.5.2). */
export function readSettings(
  before: PeerSettings,
  bytes: Uint8Array,
  start: number,
  end: number,
): PeerSettings | ConnectionError {
  const settings = { ...before };
  for (let at = start; at < end; at += settingBytes) {
    const identifier = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    const value = readUint32(bytes, at + 2);
    switch (identifier) {
      case Setting.HEADER_TABLE_SIZE:
        settings.headerTableSize = value;
        break;
      case Setting.ENABLE_PUSH:
        if (value !== 0) return protocolError("ENABLE_PUSH from a server");
        break;
      case Setting.MAX_CONCURRENT_STREAMS:
        settings.maxConcurrentStreams = value;
        break;
      case Setting.INITIAL_WINDOW_SIZE:
        if (value > largestWindow) {
          return { code: ErrorCode.FLOW_CONTROL_ERROR, message: "an initial window over 2^31-1" };
        }
        settings.initialWindowSize = value;
        break;
      case Setting.MAX_FRAME_SIZE:
        if (value < 16_384 || value > 0xff_ffff) return protocolError("a frame size out of range");
        settings.maxFrameSize = value;
        break;
      case Setting.MAX_HEADER_LIST_SIZE:
        settings.maxHeaderListSize = value;
        break;
      default:
        break;
    }
  }
  return settings;
}

function protocolError(message: string): ConnectionError {
  return { code: ErrorCode.PROTOCOL_ERROR, message };
}
