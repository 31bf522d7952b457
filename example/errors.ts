import { create, type DescMessage, type FileRegistry, toBinary } from "@bufbuild/protobuf";
import { AnySchema, anyPack } from "@bufbuild/protobuf/wkt";
import { Metadata, type ServiceError, status } from "@grpc/grpc-js";

/** One detail of an error: a type of google/rpc/error_details.proto and its fields, or bytes of any type. */
export type Detail =
  | readonly [type: string, fields: Readonly<Record<string, unknown>>]
  | readonly [type: string, bytes: Uint8Array];

/** Makes gRPC errors with google.rpc.Status details. */
export type ErrorFactory = (
  code: number,
  message: string,
  details: readonly Detail[],
) => ServiceError;

/** Makes the error factory of a schema that has google.rpc. */
export function errorFactory(registry: FileRegistry): ErrorFactory {
  const typeOf = (name: string): DescMessage => {
    const type = registry.getMessage(name);
    if (type === undefined) throw new Error(`${name} is not in the descriptors`);
    return type;
  };
  return (code, message, details) => {
    const metadata = new Metadata();
    if (details.length > 0) {
      const statusType = typeOf("google.rpc.Status");
      const packed = details.map(([name, content]) => {
        if (content instanceof Uint8Array) {
          return create(AnySchema, { typeUrl: `type.googleapis.com/${name}`, value: content });
        }
        const type = typeOf(name);
        return anyPack(type, create(type, content as never));
      });
      const whole = create(statusType, { code, message, details: packed } as never);
      metadata.set("grpc-status-details-bin", Buffer.from(toBinary(statusType, whole)));
    }
    return Object.assign(new Error(message), { code, details: message, metadata });
  };
}

/** NOT_FOUND with the resource's name. */
export function notFound(fail: ErrorFactory, type: string, name: string): ServiceError {
  return fail(status.NOT_FOUND, `no ${type} is named "${name}"`, [
    ["google.rpc.ResourceInfo", { resourceType: `library.v1.${type}`, resourceName: name }],
    ["google.rpc.ErrorInfo", { reason: "NO_SUCH_RESOURCE", domain: "library.example" }],
  ]);
}

/** INVALID_ARGUMENT that names the field. */
export function invalid(fail: ErrorFactory, field: string, why: string): ServiceError {
  return fail(status.INVALID_ARGUMENT, `${field}: ${why}`, [
    ["google.rpc.BadRequest", { fieldViolations: [{ field, description: why }] }],
  ]);
}

/** What stands in the way of a request, in google.rpc.PreconditionFailure's words. */
export interface Violation {
  readonly type: string;
  readonly subject: string;
  readonly description: string;
}

/** FAILED_PRECONDITION that names what stands in the way. */
export function notReady(fail: ErrorFactory, violation: Violation): ServiceError {
  return fail(status.FAILED_PRECONDITION, `${violation.subject}: ${violation.description}`, [
    ["google.rpc.PreconditionFailure", { violations: [violation] }],
  ]);
}
