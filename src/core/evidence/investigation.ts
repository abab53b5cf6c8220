import type { Workspace } from "../workspace/workspace.ts";
import { readChanges } from "./changes/read-changes.ts";
import { checkFiles } from "./checking.ts";
import { verifyCitations } from "./citations.ts";
import type { Callers, Changes, Checked, Citation, Evidence, Findings, Outline } from "./evidence.ts";
import { type FindingParts, findByRules } from "./find-by-rules.ts";
import { findCallers, outlineFiles } from "./outlines.ts";

/** What finding out needs: files, git, and whoever reads code. */
export type InvestigationParts = FindingParts & {
  workspace: Pick<Workspace, "below" | "directory" | "hash" | "list" | "locate" | "read" | "readBytes">;
};

/** Facts about files and repositories. It keeps nothing of anybody. */
export class Investigation implements Evidence {
  readonly #parts: InvestigationParts;

  constructor(parts: InvestigationParts) {
    this.#parts = parts;
  }

  check: Evidence["check"] = async (who, paths, signal): Promise<Checked[]> =>
    await checkFiles(this.#parts, { who, paths }, signal);

  cite: Evidence["cite"] = async (who, text, signal): Promise<Citation[]> =>
    await verifyCitations(this.#parts, { who, text }, signal);

  changes: Evidence["changes"] = async (who, request, signal): Promise<Changes> =>
    await readChanges(this.#parts, { who, request }, signal);

  findings: Evidence["findings"] = async (who, where, signal): Promise<Findings> =>
    await findByRules(this.#parts, { who, ...where }, signal);

  outline: Evidence["outline"] = async (who, files, signal): Promise<Outline> =>
    await outlineFiles(this.#parts, { who, files }, signal);

  callers: Evidence["callers"] = async (who, where, signal): Promise<Callers> =>
    await findCallers(this.#parts, { who, ...where }, signal);
}
