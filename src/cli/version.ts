import { readFileSync } from "node:fs";

/** The version of this program, as its package says. */
export function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  return String(version);
}

/** How one calls this program: by its name where it is installed, through npm in a clone. */
export const ownCommand = import.meta.url.endsWith(".ts") ? "npm run -s exai --" : "exai";
