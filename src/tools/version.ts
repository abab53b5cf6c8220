import { z } from "zod";
import type { ControlTool } from "../core/tools/tool.ts";

/** Which EXAI this is, and what it runs on. */
export function versionTool({ version, runtime }: { version: string; runtime: string }): ControlTool {
  return {
    name: "version",
    title: "Version",
    description: "Tells this server's version.",
    annotations: { openWorldHint: false },
    input: z.strictObject({}),
    answer: async () => ({ content: `exai ${version} on ${runtime}`, data: { version, runtime } }),
  };
}
