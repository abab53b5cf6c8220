import type { Method } from "../protocol/methods.ts";

/** Doing these twice does no more than doing them once. A start is among them because it carries a key. */
export const repeatable: ReadonlySet<Method> = new Set<Method>([
  "ping",
  "tools.list",
  "call.start",
  "call.unfollow",
  "call.get",
  "call.list",
  "call.wait",
  "call.control",
  "call.resize",
  "token.list",
  "token.revoke",
  "principal.list",
  "principal.suspend",
  "ticket.create",
  "command.list",
  "process.list",
  "models.list",
  "thread.list",
  "thread.search",
  "thread.get",
  "thread.rename",
  "thread.export",
  "spend.get",
  "status.get",
]);
