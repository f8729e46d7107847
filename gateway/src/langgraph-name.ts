/** The name of a graph's node within LangGraph.js, which looks names up in plain objects: they all know a `constructor`. */

export function langgraphName(node: string): string {
  return `@${node}`;
}
