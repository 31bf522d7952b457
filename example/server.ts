import { fileURLToPath } from "node:url";
import {
  create,
  type DescMessage,
  type DescMethod,
  type DescService,
  fromBinary,
  type Message,
  toBinary,
} from "@bufbuild/protobuf";
import {
  Metadata,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type sendUnaryData,
  status,
  type UntypedHandleCall,
} from "@grpc/grpc-js";
import { loadSchema } from "../src/descriptor/index.ts";
import { type ErrorFactory, errorFactory, notFound } from "./errors.ts";
import type { Dynamic, Handlers } from "./handlers.ts";
import { kitchenSinkHandlers } from "./kitchen-sink-service.ts";
import { bookMessage, createBook, libraryHandlers } from "./library-service.ts";
import { booksOn, type Store, seededStore } from "./store.ts";

/** Where the example back end listens, and what it was asked. */
export interface ExampleServer {
  readonly port: number;
  /** Calls that reached a handler since the start: all of them, or those of one method by its own name. */
  requestCount(method?: string): number;
  stop(): Promise<void>;
}

/** How the example back end is started. */
export interface ExampleOptions {
  /** 0 lets the system choose. */
  readonly port: number;
  readonly now?: () => number;
  /** TLS, in tests; absent for none. */
  readonly credentials?: ServerCredentials;
}

/** Starts the example library on loopback. Rejects when the port is taken. */
export async function startExampleServer(options: ExampleOptions): Promise<ExampleServer> {
  const schema = await loadSchema([{ kind: "protos", path: protosFolder() }]);
  if (!schema.ok) throw new Error(schema.error.map((problem) => problem.message).join("\n"));
  const { registry, services } = schema.value;
  const store = seededStore();
  const fail = errorFactory(registry);
  const now = options.now ?? Date.now;
  const calls = new Map<string, number>();
  const count = (method: string): void => {
    calls.set(method, (calls.get(method) ?? 0) + 1);
  };
  const server = new Server({ "grpc.max_receive_message_length": 64 * 1024 * 1024 });
  const library = services.get("library.v1.LibraryService");
  const kitchenSink = services.get("library.v1.KitchenSinkService");
  if (library === undefined || kitchenSink === undefined)
    throw new Error("the example's protos are not whole");
  server.addService(definitionOf(library), {
    ...unary(libraryHandlers(store, fail, now), count),
    ...streams(store, fail, now, count),
  });
  server.addService(definitionOf(kitchenSink), unary(kitchenSinkHandlers(fail), count));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(
      `127.0.0.1:${options.port}`,
      options.credentials ?? ServerCredentials.createInsecure(),
      (error, bound) => (error === null ? resolve(bound) : reject(error)),
    );
  });
  return {
    port,
    requestCount: (method) =>
      method === undefined
        ? [...calls.values()].reduce((sum, number) => sum + number, 0)
        : (calls.get(method) ?? 0),
    stop: () =>
      new Promise((resolve) => {
        server.tryShutdown(() => resolve());
        setTimeout(() => server.forceShutdown(), 200).unref();
      }),
  };
}

function protosFolder(): string {
  return fileURLToPath(new URL("../protos", import.meta.url));
}

/** The service as grpc-js takes it, with the schema's own codecs. */
function definitionOf(service: DescService): ServiceDefinition {
  return Object.fromEntries(service.methods.map((method) => [method.name, methodOf(method)]));
}

function methodOf(method: DescMethod): MethodDefinition<Message, Message> {
  const { methodKind } = method;
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    requestStream: methodKind === "client_streaming" || methodKind === "bidi_streaming",
    responseStream: methodKind === "server_streaming" || methodKind === "bidi_streaming",
    requestSerialize: (message) => encode(method.input, message),
    requestDeserialize: (bytes) => fromBinary(method.input, bytes),
    responseSerialize: (message) => encode(method.output, message),
    responseDeserialize: (bytes) => fromBinary(method.output, bytes),
  };
}

function encode(type: DescMessage, message: object): Buffer {
  const whole = "$typeName" in message ? (message as Message) : create(type, message as never);
  return Buffer.from(toBinary(type, whole));
}

/** Notes that a method was called. */
type Count = (method: string) => void;

/** Metadata that a client asks for: `reply-x-a` comes back as `x-a` before the reply, `trailer-x-a` behind it. */
function behind(prefix: string, sent: Metadata): Metadata {
  const asked = new Metadata();
  for (const name of Object.keys(sent.getMap())) {
    if (!name.startsWith(prefix)) continue;
    for (const value of sent.get(name)) asked.add(name.slice(prefix.length), value);
  }
  return asked;
}

function unary(handlers: Handlers, count: Count): Record<string, UntypedHandleCall> {
  return Object.fromEntries(
    Object.entries(handlers).map(([name, handle]) => [
      name,
      (call: ServerUnaryCall<Dynamic, Dynamic>, done: sendUnaryData<Dynamic>): void => {
        count(name);
        const deadline = Number(call.getDeadline());
        const timeLeftMs = Number.isFinite(deadline) ? deadline - Date.now() : undefined;
        const initial = behind("reply-", call.metadata);
        if (Object.keys(initial.getMap()).length > 0) call.sendMetadata(initial);
        Promise.resolve()
          .then(() => handle(call.request, { metadata: call.metadata, timeLeftMs }))
          .then(
            (reply) => done(null, reply, behind("trailer-", call.metadata)),
            (error: unknown) => done(error as never),
          );
      },
    ]),
  );
}

/** The streaming methods of LibraryService. */
function streams(
  store: Store,
  fail: ErrorFactory,
  now: () => number,
  count: Count,
): Record<string, UntypedHandleCall> {
  return {
    ExportBooks: (call: ServerWritableStream<Dynamic, Dynamic>): void => {
      count("ExportBooks");
      const parent = String(call.request["parent"]);
      if (parent !== "shelves/-" && !store.shelves.has(parent)) {
        call.emit("error", notFound(fail, "Shelf", parent));
        return;
      }
      for (const book of booksOn(store, parent)) call.write(bookMessage(book));
      call.end();
    },
    ImportBooks: (
      call: ServerReadableStream<Dynamic, Dynamic>,
      done: sendUnaryData<Dynamic>,
    ): void => {
      count("ImportBooks");
      importBooks(call, (request) => createBook(store, fail, request, now()).name).then(
        (names) => done(null, { imported: names.length, names }),
        (error: unknown) => done(error as never),
      );
    },
    Discuss: (call: ServerDuplexStream<Dynamic, Dynamic>): void => {
      count("Discuss");
      let isOver = false;
      call.on("data", (remark: Dynamic) => {
        if (isOver) return;
        if (remark["text"] === "Silence!") {
          isOver = true;
          call.emit("error", fail(status.ABORTED, "the librarian has left", []));
          return;
        }
        call.write({
          reader: "librarian",
          text: `${String(remark["reader"])} said: ${String(remark["text"])}`,
        });
      });
      call.on("end", () => {
        if (!isOver) call.end();
      });
    },
  };
}

async function importBooks(
  requests: AsyncIterable<Dynamic>,
  add: (request: Dynamic) => string,
): Promise<string[]> {
  const names: string[] = [];
  for await (const request of requests) names.push(add(request));
  return names;
}
