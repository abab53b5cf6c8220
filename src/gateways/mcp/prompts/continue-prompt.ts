/** Goes on with a conversation that any tool began, on any connection. */
export const continuePrompt = {
  name: "continue",
  title: "Continue a conversation",
  description: "Goes on with a thread of an earlier answer.",
  arguments: [
    { name: "thread", description: "Its continuation_id.", required: true },
    { name: "prompt", description: "What to say next.", required: false },
  ],
};

/** A message for the client's model: which tool to call, with which input, to go on with the thread. */
export function continueText({ thread = "", prompt = "" }: Readonly<Record<string, string>>): string {
  const input = { continuation_id: thread, ...(prompt !== "" && { prompt }) };
  const wish = prompt === "" ? "Ask what it should go on with, then use" : "Use";
  return `${wish} the tool \`chat\` of the exai server, or the tool that the conversation began with, with this input:\n\n${JSON.stringify(input, undefined, 2)}`;
}
