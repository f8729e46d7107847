/** All node types that this process knows: the shipped ones and those of an extension module. */
import { NODE_TYPES, type NodeTypeDefinition } from "@myspinbot/contracts/node-types.ts";
import { nodeTypeValidators, type NodeTypeValidators } from "@myspinbot/contracts/validators.js";

export type NodeType = NodeTypeDefinition & { validators: NodeTypeValidators };

/** Shared by routes, driver and executor. */
export interface NodeTypes {
  get(type: string): NodeType | undefined;
  list(): NodeType[];
}

/** The part of an extension module that tells of node types. */
export interface NodeTypeExtension {
  nodeTypes?: NodeTypeDefinition[];
  validators?: Record<string, NodeTypeValidators>;
}

/** @throws Error when an extension has a type without validators or one that is taken. */
export function createNodeTypes(extension: NodeTypeExtension = {}): NodeTypes {
  const types = new Map<string, NodeType>();
  const add = (definition: NodeTypeDefinition, validators: NodeTypeValidators | undefined) => {
    if (types.has(definition.type)) throw new Error(`there are two node types called ${definition.type}`);
    if (!validators) throw new Error(`the node type ${definition.type} has no validators`);
    types.set(definition.type, Object.freeze({ ...definition, validators }));
  };
  for (const definition of Object.values(NODE_TYPES)) add(definition, nodeTypeValidators[definition.type]);
  for (const definition of extension.nodeTypes ?? [])
    add(definition, extension.validators?.[definition.type]);
  return { get: (type) => types.get(type), list: () => [...types.values()] };
}
