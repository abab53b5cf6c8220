import type { Client } from "../../client/client.ts";
import type { Screen } from "../show/screen.ts";

/** A daemon that is restarted is back by then; nobody should wait longer without asking. */
const longestMs = 60_000;

/** Tells when the connection is cut and back, and gives up on a daemon that does not come back. */
export function waitForReturn(client: Client, screen: Screen): void {
  let timer: NodeJS.Timeout | undefined;
  client.onState((state) => {
    clearTimeout(timer);
    if (state === "connecting") {
      screen.progress("the connection was cut; waiting for the daemon");
      timer = setTimeout(() => {
        screen.note(`the daemon did not come back within ${longestMs / 1000} s; calls that it took are kept`);
        void client.close();
      }, longestMs);
    } else if (state === "open") screen.progress("connected again");
  });
}
