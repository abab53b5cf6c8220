import { z } from "zod";
import { investigating } from "../../core/workflows/fields.ts";
import { guided } from "../../core/workflows/guidance.ts";
import { saidLast } from "../../core/workflows/notes.ts";
import { defineWorkflow, type Workflow } from "../../core/workflows/workflow.ts";
import { listOfWords, severityFilter, words } from "./own-fields.ts";
import { type RulesParts, rulesOnFiles } from "./rules-found.ts";

const guidance = {
  first: [
    "Say who may reach this code, with which rights, and what an attacker would want from it.",
    "List every way in: requests, files, environment, messages, dependencies.",
  ],
  exploring: [
    "Follow what comes from outside to where it is used: queries, commands, paths, templates, deserialisers, redirects.",
    "Check who is asked for their rights, where, and what happens on the paths where nobody is.",
  ],
  narrowing: [
    "For each weakness write down the request that uses it, and what stands in its way.",
    "Check secrets, cryptography, sessions and what is logged; look at what dependencies are trusted with.",
  ],
  confirming: [
    "Rate each weakness by who can use it and what they gain; drop what cannot be reached.",
    "List them in issues_found, each with path:line, then end with next_step_required: false.",
  ],
};

/** Weaknesses that somebody could use. */
export function secaudit(parts: RulesParts): Workflow {
  return defineWorkflow({
    name: "secaudit",
    title: "Security audit",
    description: "Audits security in steps, with findings by rules; at the end an expert model judges the weaknesses.",
    version: "1",
    takes: investigating,
    fields: {
      security_scope: words,
      threat_level: z.enum(["low", "medium", "high", "critical"]).optional(),
      compliance_requirements: listOfWords,
      audit_focus: z.enum(["owasp", "compliance", "infrastructure", "dependencies", "comprehensive"]).optional(),
      severity_filter: severityFilter,
    },
    expert: {
      instructions:
        "You are a security engineer who attacks in order to defend. For each weakness say who can reach it, with which input, what they gain, and what already stands in their way; drop what nobody can reach. Look for what was overlooked: missing checks of rights, injection of every kind, unsafe deserialisation, paths and requests that an outsider steers, weak cryptography, secrets, races, unsafe defaults. Each as [severity] path:line, the attack in a sentence, and the smallest sound fix. Keep to the wanted scope, threat level, focus and requirements.",
    },
    actions: (run) => guided(guidance, run),
    examine: (examined, signal) => rulesOnFiles(parts, examined, signal),
    carries: (run) =>
      saidLast(run, ["security_scope", "threat_level", "compliance_requirements", "audit_focus", "severity_filter"]),
  });
}
