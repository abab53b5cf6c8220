import { expect } from "vitest";
import type { Result } from "../../../src/protocol/result.ts";
import { promise } from "../../promise.ts";
import { startDaemon } from "../../support/daemon.ts";
import { VendorServer } from "../../support/vendor-server.ts";
import { openSession, type Session } from "./gateways.ts";
import { personOf } from "./people.ts";

/** What a control tool answers. */
async function told(session: Session, tool: string, input: Record<string, unknown> = {}): Promise<Result> {
  const said = JSON.parse(await session.call(tool, input)) as { result?: { answer?: { result?: Result } } };
  return said.result?.answer?.result ?? expect.fail(`${tool} said ${JSON.stringify(said)}`);
}

promise(
  "say.tools",
  "status, version and listmodels tell what is there, what is missing and why, and one's own last failures alone",
  async () => {
    await using vendor = await VendorServer.open();
    vendor.models = Array.from({ length: 15 }, (_, index) => `glm-${index}`);
    const glm = { GLM_API_KEY: "a-key-of-a-vendor", GLM_API_URL: vendor.baseUrl };
    const names = { DISABLED_TOOLS: "smart_file_query,no_such_tool", TOOL_PROFILE: "lean" };
    await using daemon = await startDaemon({ env: { ...glm, ...names } });
    using owner = await openSession(daemon);
    using ada = await openSession(await personOf(daemon, "ada"));
    await ada.call("chat", { prompt: "hello", model: "glm/glm-1", files: ["/etc/hosts"] });
    const status = await told(owner, "status", { doctor: true, tail_lines: 10 });
    expect(status.content).toMatch(/^exai \d+\.\d+\.\d+, up /);
    expect(status.content).toContain("providers ready: glm");
    expect(status.content).toContain("kimi is not ready");
    expect(status.content).toContain("no_such_tool is missing: named in the settings");
    expect(status.content).toContain(
      "smart_file_query is missing: named in the settings, but there is no such tool any more",
    );
    expect(status.data).toMatchObject({ profile: "lean", pressure: expect.any(String), failures: [] });
    const hers = await told(ada, "status");
    expect(hers.data).toMatchObject({ failures: [{ tool: "chat", fault: { code: expect.any(String) } }] });
    expect(hers.content).toContain("chat failed: Cannot");
    const models = await told(owner, "listmodels");
    expect(models.content).toContain("glm/glm-0");
    expect(models.content).toContain('and 3 more, with `provider: "glm"`');
    expect(models.content).toMatch(/kimi: not ready, .*KIMI_API_KEY/);
    const all = await told(owner, "listmodels", { provider: "glm" });
    expect(all.content).toContain("glm/glm-14");
    expect(await owner.call("listmodels", { provider: "glmm" })).toContain("there is no such provider");
    expect((await told(owner, "version")).content).toMatch(/^exai \d+\.\d+\.\d+ on Node v/);
  },
);
