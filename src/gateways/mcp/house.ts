import type { Implementation, ServerOptions } from "@modelcontextprotocol/server";
import type { Clock } from "../../base/clock.ts";
import type { Calls } from "../../core/calls/calls.ts";
import type { JournalReader } from "../../core/calls/journal-cursor.ts";
import type { Operations } from "../../core/operations/operations.ts";
import type { Reports } from "../../core/operations/refusal.ts";
import type { OutputLog } from "../../core/processes/output-log.ts";
import type { Library } from "../../core/upstreams/library.ts";
import type { PartialAnswers } from "./partial-answers.ts";
import type { RequestStates } from "./request-states.ts";
import type { McpSettings } from "./settings.ts";
import type { Subscriptions } from "./subscriptions.ts";
import type { ToolTable } from "./tool-table.ts";

/** What all MCP servers of a daemon share: nothing in it belongs to a client. */
export interface House {
  readonly operations: Operations;
  readonly journal: JournalReader;
  readonly outputs: Pick<OutputLog, "view" | "peek" | "read" | "follow" | "consumed">;
  /** A call whose handle is with its client is missed by nobody. */
  readonly calls: Pick<Calls, "release">;
  /** What the servers behind the daemon have to be read. */
  readonly library: Pick<Library, "prompts" | "templates" | "resources" | "prompt" | "read" | "complete" | "watch">;
  readonly clock: Clock;
  readonly reports: Reports;
  readonly settings: McpSettings;
  readonly tools: ToolTable;
  readonly states: RequestStates;
  readonly partial: PartialAnswers;
  readonly subscriptions: Subscriptions;
  readonly info: Implementation;
  readonly options: ServerOptions;
  /** Aborts when the daemon stops: whoever waits gets its call's handle. */
  readonly stopping: AbortSignal;
}
