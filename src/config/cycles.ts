/**
 * Circles among processes that depend on each other. A target stands between those that name it and those that it means as a node of its own, so the work
 * grows with what is written and with the processes, and not with their product.
 */
import type { GroupConfig, ProcessConfig } from "./model.ts";
import type { SectionReader } from "./reader.ts";
import type { Target } from "./targets.ts";

/** What one process depends on by one option, in the order of the file. */
export type Edge = {
  readonly option: "depends_on" | "bind_to";
  readonly reader: SectionReader;
  readonly group: string;
  readonly process: ProcessConfig;
  readonly targets: readonly Target[];
};

/** The edge that comes first in the file, and the circle through it, in names. */
export type Cycle = { readonly edge: Edge; readonly names: readonly string[] };

/** So many names of a long circle are told. */
const NAMES_MAX = 10;

type Node = { readonly name: string | null; readonly next: Node[]; component: number; order: number; low: number };

/** One for each knot of circles. */
export function findCycles(groups: readonly GroupConfig[], edges: readonly Edge[]): Cycle[] {
  const graph = new Graph(groups, edges);
  const told = new Set<number>();
  const cycles: Cycle[] = [];
  for (const edge of edges) {
    const node = graph.nodeOf(edge.process);
    if (node === undefined || !graph.isInCircle(node) || told.has(node.component)) continue;
    const way = firstWay(graph, edge, node);
    if (way === null) continue;
    told.add(node.component);
    cycles.push({ edge, names: shortened([node.name ?? "", ...namesOf(way)]) });
  }
  return cycles;
}

/** Through the first target of the edge that leads back. */
function firstWay(graph: Graph, edge: Edge, node: Node): readonly Node[] | null {
  for (const target of edge.targets) {
    const first = graph.targetNode(target);
    const way = first === undefined ? null : graph.way(first, node);
    if (way !== null) return way;
  }
  return null;
}

function namesOf(way: readonly Node[]): string[] {
  return way.flatMap(({ name }) => name ?? []);
}

function shortened(names: readonly string[]): readonly string[] {
  if (names.length <= NAMES_MAX) return names;
  const end = names.slice(-2);
  const start = names.slice(0, NAMES_MAX - 2);
  return [...start, `(${names.length - start.length - end.length} more)`, ...end];
}

class Graph {
  readonly #nodes = new Map<ProcessConfig, Node>();
  readonly #targets = new Map<Target, Node>();
  readonly #sizes: number[] = [];

  /** Only what depends on something can be in a circle. */
  constructor(groups: readonly GroupConfig[], edges: readonly Edge[]) {
    for (const { group, process } of edges) {
      const name = group === process.name ? group : `${group}:${process.name}`;
      if (!this.#nodes.has(process)) this.#nodes.set(process, newNode(name));
    }
    const members = new Map(groups.map(({ name, processes }) => [name, processes.filter((process) => this.#nodes.has(process))]));
    const lists = new Map<readonly Target[], Node>();
    for (const { process, targets } of edges) {
      let list = lists.get(targets);
      if (list === undefined) {
        list = newNode(null);
        lists.set(targets, list);
        for (const target of targets) list.next.push(this.#addTarget(target, members.get(target.group) ?? []));
      }
      this.#nodes.get(process)?.next.push(list);
    }
    this.#findComponents();
  }

  nodeOf(process: ProcessConfig): Node | undefined {
    return this.#nodes.get(process);
  }

  targetNode(target: Target): Node | undefined {
    return this.#targets.get(target);
  }

  isInCircle(node: Node): boolean {
    // Between two processes there is always the node of a target, so nothing leads to itself directly.
    return (this.#sizes[node.component] ?? 0) > 1;
  }

  /** The shortest way, both ends included; null: there is none. */
  way(from: Node, to: Node): Node[] | null {
    if (from.component !== to.component) return null;
    const before = new Map<Node, Node | null>([[from, null]]);
    for (const node of before.keys()) {
      if (node === to) return wayBack(before, to);
      for (const next of node.next) if (next.component === to.component && !before.has(next)) before.set(next, node);
    }
    return null;
  }

  #addTarget(target: Target, members: readonly ProcessConfig[]): Node {
    const known = this.#targets.get(target);
    if (known !== undefined) return known;
    const node = newNode(null);
    this.#targets.set(target, node);
    const names = target.processes === null ? null : new Set(target.processes);
    for (const process of members) {
      const next = names === null || names.has(process.name) ? this.#nodes.get(process) : undefined;
      if (next !== undefined) node.next.push(next);
    }
    return node;
  }

  /** Tarjan's strongly connected components, without recursion: a chain may be as long as a configuration. */
  #findComponents(): void {
    let order = 0;
    const stack: Node[] = [];
    for (const root of this.#nodes.values()) {
      if (root.order !== 0) continue;
      const path: { readonly node: Node; at: number }[] = [];
      const enter = (node: Node): void => {
        order += 1;
        node.order = order;
        node.low = order;
        stack.push(node);
        path.push({ node, at: 0 });
      };
      enter(root);
      for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
        const { node } = step;
        const next = node.next[step.at++];
        if (next === undefined) {
          path.pop();
          const above = path.at(-1)?.node;
          if (above !== undefined) above.low = Math.min(above.low, node.low);
          if (node.low === node.order) this.#cut(stack, node);
        } else if (next.order === 0) enter(next);
        else if (next.component < 0) node.low = Math.min(node.low, next.order);
      }
    }
  }

  #cut(stack: Node[], root: Node): void {
    const component = this.#sizes.length;
    let size = 0;
    for (let node = stack.pop(); node !== undefined; node = node === root ? undefined : stack.pop()) {
      node.component = component;
      size += 1;
    }
    this.#sizes.push(size);
  }
}

function newNode(name: string | null): Node {
  return { name, next: [], component: -1, order: 0, low: 0 };
}

function wayBack(before: ReadonlyMap<Node, Node | null>, end: Node): Node[] {
  const way: Node[] = [];
  for (let node: Node | null = end; node !== null; node = before.get(node) ?? null) way.push(node);
  return way.reverse();
}
