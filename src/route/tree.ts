import { type Capture, compileCapture } from "./capture.ts";
import type { Route, RouteTableOptions } from "./route.ts";

/** A route with what can be known of its captures before a path comes. */
export interface Binding<T> {
  readonly route: Route<T>;
  readonly captures: readonly Capture[];
}

/** The routes of one shape, by method. */
export interface Leaf<T> {
  readonly byMethod: Map<string, Binding<T>>;
}

/**
 * The templates that share the segments so far. A path is read along these nodes and each node belongs to one
 * depth, so that a search visits no node twice.
 */
export interface Node<T> {
  literals: Map<string, Node<T>> | undefined;
  /** The child for `*`. */
  one: Node<T> | undefined;
  /** The literals after a `**`. */
  rest: Tail<T> | undefined;
  leaf: Leaf<T> | undefined;
}

/** Literals after a `**`, from the last one backwards: a path is compared with them from its end. */
export interface Tail<T> {
  readonly parent: Tail<T> | undefined;
  literals: Map<string, Tail<T>> | undefined;
  leaf: Leaf<T> | undefined;
}

/** One tree for the templates without a verb and one for each verb. */
export interface Forest<T> {
  readonly plain: Node<T>;
  readonly verbs: ReadonlyMap<string, Node<T>>;
}

/** Builds the trees. No two routes may have the same method and shape. */
export function compileForest<T>(
  routes: readonly Route<T>[],
  options: RouteTableOptions,
): Forest<T> {
  const plain: Node<T> = createNode();
  const verbs = new Map<string, Node<T>>();
  for (const route of routes) {
    const { verb, variables } = route.template;
    const root = verb === undefined ? plain : childOf(verbs, verb, createNode<T>);
    const captures = variables.map((variable) =>
      compileCapture(route.template, variable, route.unescape ?? options.unescape),
    );
    leafFor(root, route).byMethod.set(route.method, { route, captures });
  }
  return { plain, verbs };
}

function leafFor<T>(root: Node<T>, route: Route<T>): Leaf<T> {
  const { segments } = route.template;
  let node: Node<T> = root;
  for (const [index, segment] of segments.entries()) {
    if (segment.kind === "rest") {
      node.rest ??= createTail(undefined);
      return leafOf(tailFor(node.rest, segments.slice(index + 1)));
    }
    if (segment.kind === "one") {
      node.one ??= createNode();
      node = node.one;
    } else {
      node.literals ??= new Map();
      node = childOf(node.literals, segment.value, createNode<T>);
    }
  }
  return leafOf(node);
}

function tailFor<T>(root: Tail<T>, segments: Route<T>["template"]["segments"]): Tail<T> {
  let tail = root;
  for (const segment of segments.toReversed()) {
    if (segment.kind !== "literal") throw new Error("a wildcard follows **");
    const parent = tail;
    parent.literals ??= new Map();
    tail = childOf(parent.literals, segment.value, () => createTail(parent));
  }
  return tail;
}

function leafOf<T>(place: Node<T> | Tail<T>): Leaf<T> {
  place.leaf ??= { byMethod: new Map() };
  return place.leaf;
}

function childOf<N>(children: Map<string, N>, key: string, create: () => N): N {
  let child = children.get(key);
  if (child === undefined) {
    child = create();
    children.set(key, child);
  }
  return child;
}

function createNode<T>(): Node<T> {
  return { literals: undefined, one: undefined, rest: undefined, leaf: undefined };
}

function createTail<T>(parent: Tail<T> | undefined): Tail<T> {
  return { parent, literals: undefined, leaf: undefined };
}
