import { Unreadable } from "../../base/unreadable.ts";
import { Fault } from "../../protocol/fault.ts";
import type { SetupClient } from "./clients.ts";
import type { ConfigFile } from "./config-file.ts";
import { ClientText } from "./edits.ts";

type Entry = Readonly<Record<string, unknown>>;

/** What is to become of a file. */
export interface Change {
  /** `undefined` takes the file away. */
  readonly after: string | undefined;
  readonly backup: "keep" | "drop" | "leave";
  /** What else the user should know. */
  readonly note?: string;
}

/** The change that sets a client up; `undefined` where it is. Refuses a file that cannot be read. */
export function setUp(client: SetupClient, { path, text, backup }: ConfigFile, entry: Entry): Change | undefined {
  return readable(path, () => {
    const edits = new ClientText(client);
    const after = edits.set(text ?? "", entry);
    if (after === text) return undefined;
    // What was there before the first of our entries is what somebody may want back.
    const isOurs = backup !== undefined && edits.state(text ?? "", entry) !== "none";
    return { after, backup: text === undefined || isOurs ? "leave" : "keep" };
  });
}

/** The change that takes our entry back; `undefined` where there is none. */
export function undo(client: SetupClient, { path, text, backup }: ConfigFile, entry: Entry): Change | undefined {
  return readable(path, () => {
    const edits = new ClientText(client);
    if (text === undefined || edits.state(text, entry) === "none") return undefined;
    if (edits.isSameBeside(backup ?? "", entry, text)) return { after: backup, backup: "drop" };
    const note = "The file was changed since: only the entry is taken out";
    return {
      after: edits.remove(text),
      backup: "leave",
      note: backup === undefined ? note : `${note}, the copy stays`,
    };
  });
}

function readable<T>(path: string, edit: () => T): T {
  try {
    return edit();
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    throw new Fault("input.invalid", `Cannot edit ${path}: ${error.message}; nothing was changed`, { facts: { path } });
  }
}
