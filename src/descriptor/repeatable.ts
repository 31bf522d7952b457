import type { DescMethod } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";

/** Whether the method says that a second call with the same request does no harm (`idempotency_level` in
 * descriptor.proto: NO_SIDE_EFFECTS or IDEMPOTENT). */
export function isRepeatable(method: DescMethod): boolean {
  return method.idempotency !== MethodOptions_IdempotencyLevel.IDEMPOTENCY_UNKNOWN;
}
