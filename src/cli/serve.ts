import { homeOf } from "./reach/home.ts";
import { makeHome } from "./reach/make-home.ts";
import { ownCommand, ownVersion } from "./version.ts";
import { withoutOptimizing } from "./without-optimizing.ts";

/** The daemon in the foreground, until it is told to stop. */
export async function serve(): Promise<number> {
  using starting = withoutOptimizing();
  await makeHome(homeOf(process.env));
  const { main } = await import("../daemon/main.ts");
  const { env, stdout, stderr } = process;
  const onReady = () => starting[Symbol.dispose]();
  return await main({ env, version: ownVersion(), command: ownCommand, stdout, stderr, onReady });
}
