import { decodePercent } from "../base/index.ts";
import { PathSegments } from "./path.ts";
import type { Binding, Forest, Leaf, Node, Tail } from "./tree.ts";

/**
 * Walks a tree along a path: at each segment the literal, then `*`, then `**`, back to the last choice when a way
 * ends. It is deep as the deepest template, never as the path, and visits no node twice.
 */
export class Search<T> {
  readonly segments: PathSegments = new PathSegments();
  /** Nodes visited since the search was made. Tests bound it, where a time would say little. */
  steps: number = 0;
  /** Whether the last search came to any route, be it of another method. */
  hasArrived: boolean = false;
  readonly #forest: Forest<T>;
  readonly #hasVerbs: boolean;
  #method: string | undefined;
  #leaves: Leaf<T>[] = [];

  constructor(forest: Forest<T>) {
    this.#forest = forest;
    this.#hasVerbs = forest.verbs.size > 0;
  }

  /** The most specific route for the path in `segments` that serves the method. */
  find(method: string): Binding<T> | undefined {
    this.#method = method;
    return this.#searchTrees();
  }

  /** Everything that the path in `segments` leads to, whatever the method; the most specific first. */
  findAll(): readonly Leaf<T>[] {
    this.#method = undefined;
    this.#leaves = [];
    this.#searchTrees();
    return this.#leaves;
  }

  /** First the templates with the path's verb; then the colon is a character like others. */
  #searchTrees(): Binding<T> | undefined {
    this.hasArrived = false;
    const { segments } = this;
    const { colon, count, end } = segments;
    if (this.#hasVerbs && count > 0 && colon > segments.startOf(count - 1)) {
      const verb = segments.path.substring(colon + 1, end);
      const root = this.#forest.verbs.get(decodePercent(verb) ?? verb);
      if (root !== undefined) {
        segments.endAt(count, colon);
        const found = this.#visit(root, 0);
        if (found !== undefined) return found;
        segments.endAt(count, end);
      }
    }
    return this.#visit(this.#forest.plain, 0);
  }

  #visit(node: Node<T>, depth: number): Binding<T> | undefined {
    this.steps++;
    const { segments } = this;
    if (depth === segments.count) return this.#visitEnd(node);
    let found: Binding<T> | undefined;
    if (node.literals !== undefined) {
      const child = node.literals.get(segments.text(depth));
      if (child !== undefined) found = this.#visit(child, depth + 1);
    }
    if (found === undefined && node.one !== undefined && !segments.isEmpty(depth)) {
      found = this.#visit(node.one, depth + 1);
    }
    if (found === undefined && node.rest !== undefined) found = this.#visitRest(node.rest, depth);
    return found;
  }

  /** The path ends here: at the node itself, or at a `**` of no segments. */
  #visitEnd(node: Node<T>): Binding<T> | undefined {
    return this.#arrive(node.leaf) ?? this.#arrive(node.rest?.leaf);
  }

  /** Reads the path from its end as far as literals go; the longest tail is the most specific. */
  #visitRest(root: Tail<T>, depth: number): Binding<T> | undefined {
    let tail = root;
    // One segment is left for the `**` itself.
    for (let index = this.segments.count - 1; index > depth; index--) {
      const longer = tail.literals?.get(this.segments.text(index));
      if (longer === undefined) break;
      this.steps++;
      tail = longer;
    }
    for (let end: Tail<T> | undefined = tail; end !== undefined; end = end.parent) {
      const found = this.#arrive(end.leaf);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #arrive(leaf: Leaf<T> | undefined): Binding<T> | undefined {
    if (leaf === undefined) return undefined;
    this.hasArrived = true;
    if (this.#method !== undefined) return bindingFor(leaf, this.#method);
    this.#leaves.push(leaf);
    return undefined;
  }
}

/**
 * The method's own route, for HEAD then that of GET, then the one for any method. OPTIONS asks what there is: no route
 * takes it that does not name it (transcoding.md §1).
 */
function bindingFor<T>(leaf: Leaf<T>, method: string): Binding<T> | undefined {
  const { byMethod } = leaf;
  const own = byMethod.get(method);
  if (own !== undefined) return own;
  if (method === "OPTIONS") return undefined;
  return (method === "HEAD" ? byMethod.get("GET") : undefined) ?? byMethod.get("*");
}
