import { z } from "zod";

/** A text message of more bytes is announced: it may be longer on its way than a peer may be silent. */
export const announcedBytes = 256 * 1024;

/** No message is longer: more would be waited for without an end. */
const mostBytes = 64 * 1024 * 1024;

/** The next text message from the server has so many bytes. */
export const sessionSending = z.object({ bytes: z.int().min(1).max(mostBytes) });

/** What an announcement says; 0 where it is none, so that nobody waits longer for it. */
export function announcedIn(params: unknown): number {
  const sending = sessionSending.safeParse(params);
  return sending.success ? sending.data.bytes : 0;
}
