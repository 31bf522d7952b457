import { type Check, failed, type ProbeResult, passed } from "./probe.ts";
import type { ProbeSocketOpener } from "./socket.ts";

/** Passes when the endpoint accepts a connection; nothing is sent. */
export function tcpCheck(open: ProbeSocketOpener): Check {
  return (cancellation) =>
    new Promise((settle) => {
      const finish = (result: ProbeResult) => {
        settle(result);
        socket.destroy();
      };
      const socket = open({
        onConnect: () => finish(passed),
        onData: () => undefined,
        onClose: (error) => finish(failed(error ?? "the connection was closed")),
      });
      cancellation.onCancel(() => finish(failed("called off")));
    });
}
