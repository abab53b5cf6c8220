import type { Client } from "../../src/client/client.ts";
import { check, heading, note } from "./report.ts";
import { Seen } from "./seen.ts";

const keys = [
  "GLM_API_KEY",
  "ZAI_API_KEY",
  "ZHIPUAI_API_KEY",
  "KIMI_API_KEY",
  "MOONSHOT_API_KEY",
  "OPENAI_API_KEY",
  "OPENROUTER_API_KEY",
];
const addresses = [
  ...keys.map((key) => key.replace("_KEY", "_URL")),
  "CUSTOM_API_URL",
  "CUSTOM_API_KEY",
  "DEFAULT_MODEL",
];
/** Where local servers usually are. */
const ports = [11434, 1234, 8080, 8000];
const probeMs = 500;

/** A model that can be asked: by the environment's settings, or at a server on this machine. */
export interface Reachable {
  env: Record<string, string>;
  /** Named, because nobody asks what is merely found by itself. */
  model?: string;
}

export async function findModel(): Promise<Reachable | undefined> {
  const env = Object.fromEntries(
    [...keys, ...addresses].flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  );
  if (keys.some((key) => key in env) || "CUSTOM_API_URL" in env) return { env };
  const found = await Promise.all(ports.map(modelAt));
  return found.find((reachable) => reachable !== undefined);
}

/** Asks the model that was found; says how to connect one where none was. */
export async function tryModel(client: Client, reachable: Reachable | undefined): Promise<void> {
  heading("A model");
  if (reachable === undefined) {
    note("none is in reach. To connect one: set GLM_API_KEY, KIMI_API_KEY, OPENAI_API_KEY or OPENROUTER_API_KEY,");
    note(`or run a server on this machine (Ollama, LM Studio, vLLM) on port ${ports.join(", ")}, and try again.`);
    return;
  }
  const { signal } = new AbortController();
  const input = { prompt: "Say hello in five words.", ...(reachable.model && { model: reachable.model }) };
  const seen = new Seen(await client.start("chat", { input, follow: true, deadlineMs: 45_000 }, signal));
  const { phase, result, fault, usage } = await seen.ended;
  check(seen.isWhole, `its ${seen.seqs.length} events came once each, in order`);
  if (phase !== "succeeded") {
    // The vendor's answer, not ours: it is told, and the trial goes on.
    note(`the model did not answer: ${fault?.message} (${fault?.code})`);
    return;
  }
  const [who] = usage.models;
  check(result !== undefined, `${who?.provider}/${who?.model} says: ${result?.content.trim()}`);
}

async function modelAt(port: number): Promise<Reachable | undefined> {
  const url = `http://127.0.0.1:${port}/v1`;
  try {
    const answer = await fetch(`${url}/models`, { signal: AbortSignal.timeout(probeMs) });
    const { data } = (await answer.json()) as { data?: { id?: string }[] };
    const id = data?.[0]?.id;
    return id === undefined ? undefined : { env: { CUSTOM_API_URL: url }, model: `custom/${id}` };
  } catch {
    // Nobody there, or nobody who speaks this protocol.
    return undefined;
  }
}
