import { expect, test } from "vitest";
import { refusedPort } from "./refused-port.ts";

/** In place of a connection. */
const dispatcher = {
  dispatch() {
    throw new Error("asked");
  },
};

async function fetchRefuses(url: URL): Promise<boolean> {
  const failure = await fetch(url, { dispatcher } as unknown as RequestInit).catch((error: unknown) => error);
  return failure instanceof Error && failure.cause instanceof Error && failure.cause.message === "bad port";
}

test("the ports that are told as refused are those that fetch refuses", async () => {
  const wrong: number[] = [];
  for (let port = 1; port <= 10_100; port++) {
    const url = new URL(`http://127.0.0.1:${port}/`);
    if ((refusedPort(url) === port) !== (await fetchRefuses(url))) wrong.push(port);
  }
  expect(wrong).toEqual([]);
});

test("an address without a port has a good one", () => {
  expect(refusedPort(new URL("https://models.example.org/v1"))).toBeUndefined();
});
