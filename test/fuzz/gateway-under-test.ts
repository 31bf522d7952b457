import { startTestGateway, type TestGateway, type TestGatewayOptions } from "../support/gateway.ts";
import { type Answers, readAnswers, type WireAnswer } from "./answers.ts";
import { judge } from "./verdict.ts";
import { type ConversationOptions, converse } from "./wire.ts";

/** A gateway in this process, with waits so short that a hang is seen, and what is sent to it judged. */
export interface GatewayUnderTest {
  /** Sends parts over one connection; gives the answers, or what is wrong with them. */
  ask(parts: readonly string[], options?: Partial<AskOptions>): Promise<Asked>;
  close(): Promise<void>;
}

/** How a connection is used and read. */
export interface AskOptions extends Omit<ConversationOptions, "isEnough"> {
  /** A HEAD request may be among those sent. */
  readonly mayOmitBodies: boolean;
  /** The answer is a google.api.HttpBody: whatever the upstream says that it is. */
  readonly takesAnyType: boolean;
}

/** The answers, of which each is in order; or what is not. */
export type Asked =
  | { readonly ok: true; readonly answers: readonly WireAnswer[] }
  | { readonly ok: false; readonly problem: string };

/** Longer than every wait of the gateway: 300 ms for the upstream, 1 s for a request and for lingering. */
const boundMs = 5000;

/** Starts the gateway before an upstream. */
export async function startGatewayUnderTest(
  upstreamPort: number,
  options: TestGatewayOptions = {},
): Promise<GatewayUnderTest> {
  const gateway = await startTestGateway({
    upstreamPort,
    listener: "limits: { request: 1s, header_timeout: 1s, idle: 1s, body: 256KiB, drain: 0s }",
    cluster: "deadline: 300ms\nbackoff: { base: 1ms, max: 2ms }",
    ...options,
  });
  return {
    async ask(parts, asked) {
      const settings = { boundMs, mayOmitBodies: false, takesAnyType: false, ...asked };
      const conversation = await converse(gateway.port, parts, {
        ...settings,
        isEnough: (bytes) => isWhole(readAnswers(bytes, settings.mayOmitBodies)),
      });
      const crash = crashOf(gateway);
      if (crash !== undefined) return failed(crash);
      if (conversation.end === "stuck") return failed("neither answered nor ended");
      const read = readAnswers(conversation.bytes, settings.mayOmitBodies);
      if (!read.ok) return failed(read.problem);
      const problem = read.answers
        .map((answer) => judge(answer, settings.takesAnyType))
        .find((wrong) => wrong !== undefined);
      return problem === undefined ? read : failed(problem);
    },
    close: () => gateway.stop(),
  };
}

/** Whether there is an answer, and none that is still coming. */
function isWhole(read: Answers): boolean {
  return read.ok && read.answers.length > 0 && read.answers.at(-1)?.framing !== "cut";
}

function failed(problem: string): Asked {
  return { ok: false, problem };
}

/** What the gateway says to have caught; its records are dropped, or they would look like a leak. */
function crashOf(gateway: TestGateway): string | undefined {
  const hasCrashed = gateway.events.includes("request.crashed");
  gateway.events.length = 0;
  gateway.records.length = 0;
  return hasCrashed ? "the handler threw" : undefined;
}
