import type { Evidence } from "../../core/evidence/evidence.ts";
import type { Workflow } from "../../core/workflows/workflow.ts";
import { analyze } from "./analyze.ts";
import { codereview } from "./codereview.ts";
import { debug } from "./debug.ts";
import { precommit } from "./precommit.ts";
import { refactor } from "./refactor.ts";
import { secaudit } from "./secaudit.ts";
import { testgen } from "./testgen.ts";
import { thinkdeep } from "./thinkdeep.ts";

/** The workflows that investigate, and let an expert judge at the end. */
export function investigations(parts: { evidence: Evidence }): Workflow[] {
  return [thinkdeep, codereview(parts), precommit(parts), debug, analyze(parts), refactor, testgen, secaudit(parts)];
}
