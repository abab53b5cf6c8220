import { investigating } from "../../core/workflows/fields.ts";
import { guided } from "../../core/workflows/guidance.ts";
import { notesOf } from "../../core/workflows/notes.ts";
import { defineWorkflow } from "../../core/workflows/workflow.ts";

/** From a symptom to its cause. */
export const debug = defineWorkflow({
  name: "debug",
  title: "Debug",
  description: "Finds the root cause of a bug in steps; at the end an expert model checks the diagnosis.",
  version: "1",
  takes: investigating,
  fields: {},
  expert: {
    instructions:
      "You are an expert in finding root causes. Follow the chain from symptom to cause link by link and say which link is shown by the code and which is only believed. If the hypothesis does not explain every symptom, or if the code shows that there is no bug, say so. Name the cause with path:line, the smallest change that removes it without breaking its neighbours, how to see that it is gone, and which test would have caught it.",
  },
  actions: (run) => [
    ...(notesOf(run).hypothesis === undefined
      ? ["State a hypothesis that could be proven wrong: what happens, where, and why that explains every symptom."]
      : []),
    ...guided(
      {
        first: [
          "Reproduce the fault, or find in logs and stack traces where it first shows.",
          "Read the code on the way from the entry point to that place, with its callers.",
          "Look at what changed there lately.",
        ],
        exploring: [
          "Follow the wrong value backwards to where it was still right.",
          "Look for what differs between the case that fails and one that works: input, order, timing, configuration.",
        ],
        narrowing: [
          "Name an observation that the hypothesis forbids, and look for it.",
          "Check the callers and the error paths around the suspected line, and rule out the next likely cause.",
        ],
        confirming: [
          "Show the causing line with path:line and the state in which it goes wrong.",
          "Say what the fix would change for others who call it, then end with next_step_required: false.",
        ],
      },
      run,
    ),
  ],
});
