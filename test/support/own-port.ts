import { once } from "node:events";
import { createServer } from "node:net";

/** Below what systems hand out by themselves. */
const lowest = 12_000;
const count = 18_000;

/**
 * A free port on loopback that the system gives to nobody, for what comes back where it was: one that it handed out
 * may be somebody else's by then.
 */
export async function ownPort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * count);
    const server = createServer();
    try {
      await once(server.listen(port, "127.0.0.1"), "listening");
    } catch {
      continue;
    }
    server.close();
    await once(server, "close");
    return port;
  }
}
