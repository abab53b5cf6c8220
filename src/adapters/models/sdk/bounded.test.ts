import { expect, test } from "vitest";
import { bounded, Endless } from "./bounded.ts";

const piece = new Uint8Array(1024 * 1024).fill(0x61);
const line = new Uint8Array(1024 * 1024).fill(0x61);
line[line.length - 1] = 0x0a;

/** A body that goes on as long as it is read; `given` counts its MiB. */
function endless(bytes: Uint8Array<ArrayBuffer>, type: string, mostMiB = Number.POSITIVE_INFINITY) {
  const seen = { given: 0 };
  const body = new ReadableStream({
    pull(controller) {
      seen.given += 1;
      if (seen.given > mostMiB) controller.close();
      else controller.enqueue(bytes);
    },
  });
  return { response: bounded(new Response(body, { headers: { "content-type": type } })), seen };
}

async function readAll(response: Response): Promise<number> {
  let bytes = 0;
  for await (const chunk of response.body ?? []) bytes += chunk.length;
  return bytes;
}

test("a line of a stream that does not end, and an answer in one piece, fail after 32 MiB", async () => {
  for (const type of ["text/event-stream", "application/json"]) {
    const { response, seen } = endless(piece, type);
    await expect(readAll(response)).rejects.toThrow(Endless);
    expect(seen.given).toBeLessThan(40);
  }
});

test("a stream of lines goes on beyond that, up to 256 MiB", async () => {
  expect(await readAll(endless(line, "text/event-stream", 100).response)).toBe(100 * 1024 * 1024);
  const { response, seen } = endless(line, "text/event-stream");
  await expect(readAll(response)).rejects.toThrow(Endless);
  expect(seen.given).toBeLessThan(264);
});

test("status and headers stay, and what has no body is the same", () => {
  const none = new Response(null, { status: 204 });
  expect(bounded(none)).toBe(none);
  const refused = bounded(new Response("no", { status: 429, headers: { "retry-after": "3" } }));
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "3"]);
});
