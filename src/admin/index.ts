// Where an operator and a machine ask how the gateway is: health, clusters, routes, configuration, meters.
// It knows the views that it is given and nothing of how requests are served; it can fail without them.
export { type AdminOptions, type AdminServer, startAdmin } from "./server.ts";
export type { AdminViews, ClusterView, LogLevelView, Readiness, RouteView } from "./views.ts";
