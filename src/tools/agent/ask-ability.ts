import { z } from "zod";
import { type Ability, used } from "../../core/agents/ability.ts";
import { argumentsAs, schemaOf } from "./arguments.ts";

const question = z.object({
  question: z
    .string()
    .min(1)
    .max(4000)
    .describe("What to ask, so that it can be answered without reading anything else."),
  options: z.array(z.string().min(1).max(200)).min(2).max(10).optional().describe("What there is to choose from."),
});

/** Asks the user, who may take a day to answer. What was answered is on the call's record. */
export const askAbility: Ability = {
  name: "ask",
  description:
    "Asks the user and waits for the answer. Only for what nothing else can tell, and what the goal cannot go without.",
  schema: schemaOf(question),
  kind: "question",
  async use(context, use) {
    const asked = argumentsAs(question, use.arguments);
    const schema = asked.options === undefined ? { type: "string" } : { type: "string", enum: asked.options };
    const answer = await context.ask(asked.question, schema);
    return used("done", typeof answer === "string" ? answer : JSON.stringify(answer ?? null));
  },
};
