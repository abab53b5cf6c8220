import type { ThreadView, TurnView } from "../../protocol/threads.ts";

/** Markdown to be read, JSON to be parsed; both whole documents over all pages together. */
export type Format = "markdown" | "json";

/** A page of a conversation: the texts of all its pages, one behind the other, are one document. */
export interface Page {
  thread: ThreadView;
  turns: readonly TurnView[];
  place: { isFirst: boolean; isLast: boolean };
}

/** The text of this page alone; head and foot come with the first and the last. */
export function transcriptOf(page: Page, format: Format): string {
  return format === "json" ? jsonOf(page) : markdownOf(page);
}

function jsonOf({ thread, turns, place }: Page): string {
  const head = place.isFirst ? `{"thread":${JSON.stringify(thread)},"turns":[` : ",";
  return `${head}${turns.map((turn) => JSON.stringify(turn)).join(",")}${place.isLast ? "]}\n" : ""}`;
}

function markdownOf({ thread, turns, place }: Page): string {
  const { id, name, title, createdAt } = thread;
  const head = place.isFirst ? `# ${name ?? title}\n\n${id}, begun ${timeOf(createdAt)}\n\n` : "";
  return head + turns.map(turnText).join("");
}

function turnText({ role, at, tool, provider, model, text, files = [] }: TurnView): string {
  const who = role === "user" ? "You" : model === undefined ? tool : `${provider}/${model}`;
  const shown = files.map(({ path, sha256, from, to }) => {
    const lines = from === undefined ? "" : `, lines ${from} to ${to}`;
    return `- ${path}${lines} (sha256 ${sha256})\n`;
  });
  return `## ${who}, ${timeOf(at)}\n\n${text.trim()}\n\n${shown.join("")}${shown.length > 0 ? "\n" : ""}`;
}

/** To the second, in UTC. */
function timeOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
