import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { isUnsent } from "./unsent.ts";

async function codeOf(asking: Promise<Response>): Promise<string> {
  const failure = await asking.then(
    () => expect.fail("it was answered"),
    (error: { cause: { code: string } }) => error,
  );
  return failure.cause.code;
}

test("where nobody listens nothing was sent; where the connection ends after the request it was", async () => {
  const server = createServer((socket) => socket.once("data", () => socket.resetAndDestroy()));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/`;
  expect(isUnsent(await codeOf(fetch(url, { method: "POST", body: "a question" })))).toBe(false);
  server.close();
  await once(server, "close");
  expect(isUnsent(await codeOf(fetch(url)))).toBe(true);
});

test.each(["CERT_HAS_EXPIRED", "SELF_SIGNED_CERT_IN_CHAIN", "ERR_TLS_CERT_ALTNAME_INVALID"])(
  "a certificate that is refused (%s) is seen before anything is sent",
  (code) => expect(isUnsent(code)).toBe(true),
);
