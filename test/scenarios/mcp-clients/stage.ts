import { get } from "node:http";
import { tmpdir } from "node:os";
import { SystemClock } from "../../../src/base/clock.ts";
import { ChaosProxy } from "../../support/chaos-proxy.ts";
import { type DaemonProcess, startDaemon } from "../../support/daemon.ts";
import { VendorServer } from "../../support/vendor-server.ts";
import { ask } from "../http-door.ts";
import { untilCalm } from "../mcp-http/mcp-door.ts";
import type { Reach } from "./official.ts";

interface Seen {
  call: string;
  tool: string;
  phase: string;
}

/** A daemon with a vendor of models behind it, and a line to it that can be cut. */
export class Stage implements AsyncDisposable {
  readonly daemon: DaemonProcess;
  readonly vendor: VendorServer;
  readonly #proxy: ChaosProxy;

  private constructor(parts: { daemon: DaemonProcess; vendor: VendorServer; proxy: ChaosProxy }) {
    this.daemon = parts.daemon;
    this.vendor = parts.vendor;
    this.#proxy = parts.proxy;
  }

  static async open(env: Readonly<Record<string, string>> = {}): Promise<Stage> {
    await using undo = new AsyncDisposableStack();
    const vendor = undo.use(await VendorServer.open());
    const nowhere = { host: "127.0.0.1", port: 1 };
    const proxy = undo.use(await ChaosProxy.open({ target: nowhere, clock: new SystemClock(), plan: () => ({}) }));
    const daemon = await startDaemon({
      env: {
        CUSTOM_API_URL: vendor.baseUrl,
        DEFAULT_MODEL: "custom/small-1",
        EXAI_ROOTS: tmpdir(),
        EXAI_ALLOWED_HOSTS: `127.0.0.1:${proxy.port}`,
        ...env,
      },
    });
    undo.move();
    proxy.target = { host: "127.0.0.1", port: Number(new URL(daemon.url).port) };
    const stage = new Stage({ daemon, vendor, proxy });
    await untilCalm(daemon);
    return stage;
  }

  /** How a client comes over the line that can be cut. */
  get reach(): Reach {
    const url = `http://127.0.0.1:${this.#proxy.port}`;
    const { token, clientEnv } = this.daemon;
    return { url, token, env: { ...clientEnv, EXAI_URL: url, EXAI_TOKEN: token }, cwd: tmpdir() };
  }

  /** Cuts the line; resolves once its clients have noticed, so that they send nothing into it any more. */
  async cut(): Promise<void> {
    this.#proxy.cutAll();
    const { port } = this.#proxy;
    await new Promise((resolve) =>
      get({ port, path: "/healthz", agent: false }, (answer) => answer.resume().once("close", resolve)),
    );
  }

  /** The calls of this tool, newest first. */
  async calls(tool: string): Promise<Seen[]> {
    const answer = await ask(this.daemon, "/api/v1/calls?limit=200");
    const { calls } = (await answer.json()) as { calls: Seen[] };
    return calls.filter((call) => call.tool === tool);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#proxy[Symbol.asyncDispose]();
    await this.daemon[Symbol.asyncDispose]();
    await this.vendor[Symbol.asyncDispose]();
  }
}
