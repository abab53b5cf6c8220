import { z } from "zod";
import type { ControlTool } from "../core/tools/tool.ts";

/** Which EXAI this is. */
export function versionTool({ version }: { version: string }): ControlTool {
  return {
    name: "version",
    title: "Version",
    description: "Tells the version of this daemon.",
    input: z.strictObject({}),
    answer: async () => ({ content: `exai ${version}`, data: { version } }),
  };
}
