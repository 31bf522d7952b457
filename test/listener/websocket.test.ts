import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { WebSocket } from "ws";
import {
  patience,
  type StreamGateway,
  text,
  withStreamGateway,
} from "../protocol/rest-streams-gateway.ts";

/** What a socket has brought so far, and how it closes. */
interface Peer {
  readonly socket: WebSocket;
  readonly frames: string[];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

function openSocket(gateway: StreamGateway, path: string): Peer {
  const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}${path}`);
  const frames: string[] = [];
  socket.on("message", (data: Buffer) => frames.push(data.toString()));
  socket.on("error", () => undefined);
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on("close", (code, reason) => resolve({ code, reason: String(reason) }));
  });
  return { socket, frames, closed };
}

function opened({ socket }: Peer): Promise<void> {
  return new Promise((resolve) => socket.once("open", () => resolve()));
}

const webSockets = { top: "streams: { websocket: true }" };

suite("§6: how a WebSocket closes", () => {
  test(
    "§6: with 1000 where the service chose a status over 399 for what is well",
    patience,
    async () => {
      const options = {
        ...webSockets,
        routes: "- { service: t.S, cluster: library, metadata: { status_header: x-http-code } }",
      };
      await withStreamGateway(options, async (gateway) => {
        const peer = openSocket(gateway, "/collect");
        await opened(peer);
        peer.socket.send("");
        const call = await gateway.upstream.nextCall();
        call.stream.respond(
          { ":status": 200, "content-type": "application/grpc", "x-http-code": "404" },
          { waitForTrailers: true },
        );
        call.send(text("done"));
        call.end();
        assert.deepEqual(await peer.closed, { code: 1000, reason: "" });
        assert.deepEqual(peer.frames, ['{"text":"done"}']);
      });
    },
  );
});
