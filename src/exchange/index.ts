// One HTTP request and its response as data, the same for every HTTP version.
// It knows no socket, no route and no RPC.
export {
  type BodyProblem,
  type BodyReader,
  type BodyStream,
  type Client,
  type Exchange,
  type Headers,
  headerList,
  headerValue,
  type RequestBody,
  type Response,
  type WholeResponse,
} from "./exchange.ts";
