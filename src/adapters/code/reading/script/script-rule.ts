import type { CodeFinding } from "../../../../core/evidence/code-reader.ts";
import type { ScriptModule } from "./module.ts";
import type { SyntaxNode } from "./node.ts";

/** What a rule says, without the place. */
export type Verdict = Pick<CodeFinding, "rule" | "severity" | "message">;

/** Where a rule looks: a node, those above it with the nearest last, and the file that they are in. */
export interface Place {
  node: SyntaxNode;
  above: readonly SyntaxNode[];
  module: ScriptModule;
}

/** A rule over nodes of these types. */
export interface ScriptRule {
  types: readonly string[];
  look(place: Place): Verdict | undefined;
}
