import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Door } from "../http-door.ts";

const run = promisify(execFile);

export interface Posted {
  status: number;
  body: unknown;
}

/** Whether this machine has the program; what asks over HTTP does it by `fetch` where not. */
export const hasCurl: boolean = await run("curl", ["--version"]).then(
  () => true,
  () => false,
);

/** `POST /api/v1/execute`, as the first system's own instructions ask: by `curl` where there is one. */
export async function postExecute({ url }: Door, request: object, token?: string): Promise<Posted> {
  const address = `${url}/api/v1/execute`;
  const headers = {
    "Content-Type": "application/json",
    ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
  };
  const body = JSON.stringify(request);
  if (hasCurl) return await byCurl(address, headers, body);
  const answer = await fetch(address, { method: "POST", headers: { ...headers, connection: "close" }, body });
  return { status: answer.status, body: await answer.json() };
}

async function byCurl(address: string, headers: Record<string, string>, body: string): Promise<Posted> {
  const given = Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
  const argv = ["--silent", "--show-error", "-X", "POST", address, ...given, "-d", body, "-w", "\n%{http_code}"];
  const { stdout } = await run("curl", argv);
  const end = stdout.lastIndexOf("\n");
  return { status: Number(stdout.slice(end + 1)), body: JSON.parse(stdout.slice(0, end)) };
}
