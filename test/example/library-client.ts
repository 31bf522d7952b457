import { fileURLToPath } from "node:url";
import {
  create,
  type DescMessage,
  type DescMethod,
  type FileRegistry,
  fromBinary,
  type Message,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import { type AnySchema, anyUnpack } from "@bufbuild/protobuf/wkt";
import { Client, credentials, type ServiceError } from "@grpc/grpc-js";
import { loadSchema } from "../../src/descriptor/index.ts";

/** What a call came to: the replies as ProtoJSON, or its failure with the details that are known. */
export type Outcome =
  | { readonly replies: readonly unknown[] }
  | { readonly code: number; readonly message: string; readonly details: readonly unknown[] };

/** A gRPC client of the example back end that knows its methods by name. */
export interface LibraryClient {
  /** Sends the messages, and gives what came back when the call is over. */
  call(service: string, method: string, ...messages: readonly object[]): Promise<Outcome>;
  close(): void;
}

/** Connects to the example back end, on the schema that it is served on. */
export async function createLibraryClient(port: number): Promise<LibraryClient> {
  const path = fileURLToPath(new URL("../../protos", import.meta.url));
  const loaded = await loadSchema([{ kind: "protos", path }]);
  if (!loaded.ok) throw new Error("the example's protos do not load");
  const { registry, services } = loaded.value;
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  return {
    call(service, name, ...messages) {
      const method = services
        .get(`library.v1.${service}`)
        ?.methods.find((candidate) => candidate.name === name);
      if (method === undefined) throw new Error(`no method ${service}.${name}`);
      return exchange(client, registry, method, messages);
    },
    close: () => client.close(),
  };
}

/** Every kind of method goes as a stream both ways: on the wire they are the same. */
function exchange(
  client: Client,
  registry: FileRegistry,
  method: DescMethod,
  messages: readonly object[],
): Promise<Outcome> {
  const { input, output } = method;
  const call = client.makeBidiStreamRequest<object, Message>(
    `/${method.parent.typeName}/${method.name}`,
    (message) => Buffer.from(toBinary(input, create(input, message as never))),
    (bytes) => fromBinary(output, bytes),
  );
  for (const message of messages) call.write(message);
  call.end();
  return new Promise((resolve) => {
    const replies: unknown[] = [];
    call.on("data", (reply: Message) => replies.push(toJson(output, reply, { registry })));
    call.on("end", () => resolve({ replies }));
    call.on("error", (error: ServiceError) => {
      const { code, details: message } = error;
      resolve({ code, message, details: detailsOf(error, registry) });
    });
  });
}

function detailsOf(error: ServiceError, registry: FileRegistry): unknown[] {
  const [bytes] = error.metadata.get("grpc-status-details-bin");
  if (!(bytes instanceof Uint8Array)) return [];
  const type = registry.getMessage("google.rpc.Status") as DescMessage;
  const status = fromBinary(type, bytes) as unknown as { details: AnyMessage[] };
  return status.details.map((any) => {
    const message = anyUnpack(any, registry);
    const known = message && registry.getMessage(message.$typeName);
    return known ? { type: known.name, ...(toJson(known, message) as object) } : any.typeUrl;
  });
}

type AnyMessage = ReturnType<typeof create<typeof AnySchema>>;
