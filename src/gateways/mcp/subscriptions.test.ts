import { expect } from "vitest";
import { promise } from "../../../test/promise.ts";
import { someone } from "../../../test/support/core.ts";
import { McpRig } from "../../../test/support/mcp-rig.ts";
import type { PrincipalId } from "../../protocol/ids.ts";

promise(
  "leak.cross-tenant",
  "nobody hears that another's tools have changed; what is everybody's all hear",
  async () => {
    await using rig = await McpRig.open();
    const heard: string[] = [];
    const listen = (who: string) =>
      rig.servers.onChange({ caller: someone(who) }, ({ kind }) => void heard.push(`${who}: ${kind}`));
    using _ada = listen("ada");
    using _bob = listen("bob");
    rig.servers.toolsChanged("ada" as PrincipalId);
    expect(heard).toEqual(["ada: tools_list_changed", "ada: prompts_list_changed"]);
    heard.length = 0;
    rig.servers.toolsChanged();
    expect(heard.toSorted()).toEqual([
      "ada: prompts_list_changed",
      "ada: tools_list_changed",
      "bob: prompts_list_changed",
      "bob: tools_list_changed",
    ]);
  },
);
