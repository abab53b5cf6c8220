import { expect, test } from "vitest";
import { someone } from "../../../test/support/core.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { ScriptedConnector, scriptedServer } from "../../../test/support/upstreams/scripted-connector.ts";
import type { PrincipalId } from "../../protocol/ids.ts";
import { Library } from "./library.ts";
import type { ConnectRequest, Listed } from "./upstream.ts";
import { Upstreams } from "./upstreams.ts";

const signal = new AbortController().signal;
const daemon = { principal: "the-daemon" as PrincipalId, role: "owner", roots: [] } as const;
const listedMs = 6000;

/** Servers that take their time to say which resources there are. */
class SlowLists extends ScriptedConnector {
  readonly #clock: ManualClock;
  asks = 0;

  constructor(clock: ManualClock) {
    super();
    this.#clock = clock;
  }

  override async connect(request: ConnectRequest, until: AbortSignal) {
    const connection = await super.connect(request, until);
    const list = connection.list.bind(connection);
    return Object.assign(connection, {
      list: async (what: Listed, stop: AbortSignal) => {
        if (what !== "resources") return await list(what, stop);
        this.asks += 1;
        const come = Promise.withResolvers<void>();
        this.#clock.timer(listedMs, come.resolve);
        await come.promise;
        return await list(what, stop);
      },
    });
  }
}

test("a list that takes longer than anybody waits is told as a change once, and is there for who then asks", async () => {
  const clock = new ManualClock();
  const connector = new SlowLists(clock);
  await using upstreams = new Upstreams({ servers: [scriptedServer()], connector, clock, daemon });
  using library = new Library({ upstreams, clock });
  await upstreams.settled(signal);
  const reader = { caller: someone("ada"), signal };
  const found: number[] = [];
  const ask = () => void library.resources(reader).then(({ length }) => found.push(length));
  library.onChange(ask);
  ask();
  for (let times = 0; times < 40; times++) await clock.advance(1000);
  expect(found).toEqual([0, 1]);
  expect(connector.asks).toBe(1);
});
