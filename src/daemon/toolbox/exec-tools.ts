import type { CallContext } from "../../core/calls/work.ts";
import type { Tool } from "../../core/tools/tool.ts";
import { execTool } from "../../tools/exec/exec-tool.ts";
import type { ShelfParts } from "./parts.ts";
import { plannedOf } from "./planned.ts";

export async function openExecTools(parts: ShelfParts): Promise<Tool[]> {
  const { repositories } = await parts.found();
  const credential = (context: CallContext) => callCredential(parts, context);
  return [execTool({ ...parts, ...plannedOf(parts), repositories, credential })];
}

/** What a command starts with this token is its call's child and ends with it. */
function callCredential({ doors, address }: ShelfParts, { call, owner }: CallContext) {
  if (owner.token === undefined) return { env: {}, [Symbol.dispose]() {} };
  const { token, allowance } = owner;
  const bound = doors.bindCall({ token, ...(allowance && { allowance }) }, call);
  return { env: { EXAI_CALL: bound.token, EXAI_URL: address() }, [Symbol.dispose]: () => bound[Symbol.dispose]() };
}
