// One HTTP request and its response as data, the same for every HTTP version.
// It knows no socket, no route and no RPC.
export {
  type BodyProblem,
  type Client,
  type Exchange,
  type Headers,
  headerValue,
  type RequestBody,
  type Response,
} from "./exchange.ts";
