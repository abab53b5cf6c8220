import { openSqliteStore } from "../../src/adapters/store/sqlite/sqlite-store.ts";
import { SystemClock } from "../../src/base/clock.ts";
import { SortableIds } from "../../src/base/ids.ts";
import { firstFence } from "../../src/core/store/store.ts";
import type { CallId, PrincipalId } from "../../src/protocol/ids.ts";

// Accepts calls without end, eight at a time, and ends every second one. Each line says what was answered: it is killed in the middle.
const [folder = ""] = process.argv.slice(2);
const clock = new SystemClock();
const ids = new SortableIds(clock);
const store = await openSqliteStore({ folder, durability: "disk", clock });

async function acceptOn(lane: number): Promise<void> {
  for (let n = 0; ; n++) {
    const id = ids.next() as CallId;
    const at = clock.wallMs();
    const input = JSON.stringify({ lane, n });
    const entries = [{ type: "call.accepted" as const, at, data: "{}" }];
    const asked = { id, principal: "ann" as PrincipalId, tool: "echo", input, options: "{}", resumable: true, entries };
    const answer = await store.accept(asked);
    if (answer.kind !== "new") throw new Error("Expected a call of its own");
    console.log(`accepted ${id}`);
    if (n % 2 === 1) continue;
    const ending = [{ type: "call.succeeded" as const, at, data: input }];
    await store.append({ call: id, fence: firstFence, entries: ending });
    console.log(`ended ${id}`);
  }
}

await Promise.all(Array.from({ length: 8 }, (_, lane) => acceptOn(lane)));
