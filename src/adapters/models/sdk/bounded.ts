/** The most that one answer may bring, in bytes: streams of the longest answers stay far below. */
const mostBytes = 256 * 1024 * 1024;
/** The most without a line's end in a stream, and the most of what comes in one piece: those are held whole. */
const mostHeldBytes = 32 * 1024 * 1024;
const lineEnd = 0x0a;

/** An answer that does not end, or a line of it. */
export class Endless extends Error {
  override readonly name = "Endless";
}

/** The response, whose body fails with `Endless` instead of filling the memory. */
export function bounded(response: Response): Response {
  if (response.body === null) return response;
  const isStream = /\bevent-stream\b/i.test(response.headers.get("content-type") ?? "");
  let all = 0;
  let held = 0;
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(bytes, controller) {
      all += bytes.length;
      const end = isStream ? bytes.lastIndexOf(lineEnd) : -1;
      held = end === -1 ? held + bytes.length : bytes.length - 1 - end;
      if (all > mostBytes || held > mostHeldBytes) controller.error(new Endless("The answer does not end"));
      else controller.enqueue(bytes);
    },
  });
  const { status, statusText, headers } = response;
  return new Response(response.body.pipeThrough(counted), { status, statusText, headers });
}
