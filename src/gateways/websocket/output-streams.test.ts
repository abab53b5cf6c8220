import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { RawClient } from "../../../test/support/raw-client.ts";
import { SocketRig } from "../../../test/support/socket-rig.ts";
import { Printer } from "../../../test/support/socket-tools.ts";
import { CHANNEL, type Frame } from "../../protocol/frames.ts";
import type { CallId } from "../../protocol/ids.ts";

type Data = Extract<Frame, { type: "data" }>;

interface Printing extends AsyncDisposable {
  rig: SocketRig;
  raw: RawClient;
  printer: Printer;
  call: CallId;
  stream: number;
  token: string;
}

/** A command that prints, followed by who started it. */
async function printing(): Promise<Printing> {
  await using building = new AsyncDisposableStack();
  const printer = new Printer("print");
  const rig = building.use(await SocketRig.open({ tools: ({ outputs }) => [printer.tool(outputs)] }));
  const token = await rig.token("ada");
  const { client: raw } = await RawClient.open(rig.url, { token });
  building.use(raw);
  const { result } = await raw.request("call.start", { tool: "print", follow: true });
  const held = building.move();
  const call = result?.["call"] as CallId;
  const stream = Number(result?.["stream"]);
  return { rig, raw, printer, call, stream, token, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

/** Bytes that are told apart wherever they stand. */
function pattern(length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, index) => (index * 7 + (index >> 8)) & 255));
}

function bytesOf(frames: readonly Frame[]): Buffer {
  return Buffer.concat(frames.filter((frame): frame is Data => frame.type === "data").map(({ payload }) => payload));
}

/** Acknowledges what comes as it comes, until the end of the output. */
async function readAll(raw: RawClient, stream: number): Promise<Extract<Frame, { type: "fin" }>> {
  for (;;) {
    const seen = raw.frames.length;
    const fin = raw.frames.find((frame) => frame.type === "fin");
    if (fin?.type === "fin") return fin;
    const last = raw.frames.findLast((frame) => frame.type === "data" && frame.stream === stream);
    if (last?.type === "data") raw.frame({ type: "ack", stream, offset: last.offset + last.payload.length });
    await raw.when(() => raw.frames.length > seen);
  }
}

const hash = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

describe("an output", () => {
  promise(
    "lost.oversize",
    "far larger than a frame arrives whole, byte for byte, in frames of 64 KiB at most, and ends with its length and exit",
    async () => {
      await using it = await printing();
      const whole = pattern(5_000_000);
      const printed = (async () => {
        for (let from = 0; from < whole.length; from += 48_000)
          await it.printer.print(whole.subarray(from, from + 48_000));
        it.printer.exit(3);
      })();
      const fin = await readAll(it.raw, it.stream);
      await printed;
      expect(fin).toEqual({ type: "fin", stream: it.stream, offset: whole.length, code: 3, signal: 0 });
      expect(hash(bytesOf(it.raw.frames))).toBe(hash(whole));
      for (const frame of it.raw.frames)
        if (frame.type === "data") expect(frame.payload.length).toBeLessThanOrEqual(65_536);
      await it.raw.event("call.succeeded");
    },
  );

  test("keeps its two channels in the order they were written, also in small pieces", async () => {
    await using it = await printing();
    for (let line = 0; line < 200; line++)
      await it.printer.print(Buffer.from(`${line}\n`), line % 3 === 0 ? CHANNEL.stderr : CHANNEL.stdout);
    it.printer.exit(0);
    await readAll(it.raw, it.stream);
    const text = bytesOf(it.raw.frames).toString();
    expect(text).toBe(Array.from({ length: 200 }, (_, line) => `${line}\n`).join(""));
    const errors = it.raw.frames.filter((frame) => frame.type === "data" && frame.channel === CHANNEL.stderr);
    expect(bytesOf(errors).toString()).toBe(
      Array.from({ length: 200 }, (_, line) => (line % 3 === 0 ? `${line}\n` : "")).join(""),
    );
  });

  promise(
    "lost.delivery-says",
    "to a reader that acknowledges nothing stops after the window, and goes on where it stood",
    async () => {
      await using it = await printing();
      const whole = pattern(1_000_000);
      await it.printer.print(whole);
      it.printer.exit(0);
      await it.raw.event("call.succeeded");
      await it.raw.when(() => bytesOf(it.raw.frames).length === 256 * 1024);
      await it.raw.verdict();
      expect(bytesOf(it.raw.frames)).toHaveLength(256 * 1024);
      expect(it.raw.frames.some((frame) => frame.type === "fin")).toBe(false);
      await readAll(it.raw, it.stream);
      expect(hash(bytesOf(it.raw.frames))).toBe(hash(whole));
    },
  );

  promise("lost.reconnect", "goes on over another connection at the byte where the reader stands", async () => {
    await using it = await printing();
    const whole = pattern(600_000);
    await it.printer.print(whole);
    await it.raw.when(() => bytesOf(it.raw.frames).length >= 200_000);
    it.raw[Symbol.dispose]();
    const next = await RawClient.open(it.rig.url, { token: it.token });
    using raw = next.client;
    const { result } = await raw.request("call.follow", { call: it.call, after: 2, offset: 123_457 });
    it.printer.exit(0);
    const fin = await readAll(raw, Number(result?.["stream"]));
    expect(fin.offset).toBe(whole.length);
    expect(hash(bytesOf(raw.frames))).toBe(hash(whole.subarray(123_457)));
    // What the follow before it was given goes to nobody.
    expect(new Set(raw.frames.map((frame) => frame.stream))).toEqual(new Set([1]));
  });

  test("that begins after its reader came is sent from its first byte; a call without one ends it empty", async () => {
    await using it = await printing();
    await it.raw.request("call.follow", { call: it.call, offset: 0 });
    await it.printer.print(Buffer.from("late"));
    it.printer.exit(0);
    await readAll(it.raw, 2);
    expect(bytesOf(it.raw.frames).toString()).toBe("late");
    it.raw.arrivals.length = 0;
    const echo = await it.raw.request("call.start", {
      tool: "echo",
      input: { text: "no output", delayMs: 0 },
      follow: true,
    });
    const fin = await readAll(it.raw, Number(echo.result?.["stream"]));
    expect(fin).toMatchObject({ offset: 0, code: null, signal: 0 });
  });

  test("that is gone is not promised: an ended call without one gets no stream", async () => {
    await using it = await printing();
    await it.printer.print(Buffer.from("soon gone"));
    it.printer.exit(0);
    await it.raw.event("call.succeeded");
    const there = await it.raw.request("call.follow", { call: it.call, offset: 0 });
    expect(there.result).toHaveProperty("stream");
    await it.rig.outputs.remove([it.call]);
    const gone = await it.raw.request("call.follow", { call: it.call, offset: 0 });
    expect(gone.result).toMatchObject({ phase: "succeeded" });
    expect(gone.result).not.toHaveProperty("stream");
  });

  test("that is removed while it is read names what is missing and ends", async () => {
    await using it = await printing();
    await it.printer.print(pattern(600_000));
    it.printer.exit(0);
    await it.raw.when(() => bytesOf(it.raw.frames).length === 256 * 1024);
    await it.raw.event("call.succeeded");
    await it.rig.outputs.remove([it.call]);
    it.raw.frame({ type: "ack", stream: it.stream, offset: 256 * 1024 });
    const fin = await readAll(it.raw, it.stream);
    expect(fin.offset).toBe(600_000);
    expect(it.raw.frames.at(-2)).toEqual({ type: "hole", stream: 1, offset: 256 * 1024, to: 600_000 });
  });
});

describe("standard input", () => {
  test("arrives in the order it was sent, and closes behind the last byte", async () => {
    await using it = await printing();
    await it.raw.event("process.started");
    const lines = Array.from({ length: 200 }, (_, line) => Buffer.from(`line ${line}\n`));
    for (const payload of lines) it.raw.frame({ type: "stdin", stream: it.stream, end: false, payload });
    it.raw.frame({ type: "stdin", stream: it.stream, end: true, payload: new Uint8Array() });
    await it.raw.event("call.succeeded");
    expect(Buffer.concat(it.printer.input)).toEqual(Buffer.concat(lines));
  });

  promise("proc.control", "of which some is refused ends there, also when its sender has left", async () => {
    await using it = await printing();
    const reads = Promise.withResolvers<void>();
    it.printer.reads = reads.promise;
    await it.raw.event("process.started");
    const pieces = Array.from("abcdefghijklmnopqrst", (letter) => Buffer.alloc(64 * 1024, letter));
    for (const payload of pieces) it.raw.frame({ type: "stdin", stream: it.stream, end: false, payload });
    it.raw.frame({ type: "stdin", stream: it.stream, end: true, payload: new Uint8Array() });
    await it.raw.request("ping", {});
    it.raw[Symbol.dispose]();
    await expect.poll(() => it.rig.faults).toEqual(Array(5).fill("process.input-full"));
    reads.resolve();
    await expect.poll(() => it.printer.input.length).toBe(16);
    const { client: other } = await RawClient.open(it.rig.url, { token: it.token });
    using _other = other;
    const { result } = await other.request("call.get", { call: it.call });
    expect(result).toMatchObject({ phase: "running" });
    expect(Buffer.concat(it.printer.input)).toEqual(Buffer.concat(pieces.slice(0, 16)));
  });

  test("that cannot be taken is refused aloud, though it has no request to answer", async () => {
    await using it = await printing();
    it.printer.exit(0);
    await readAll(it.raw, it.stream);
    await it.raw.event("call.succeeded");
    it.raw.frame({ type: "stdin", stream: it.stream, end: false, payload: Buffer.from("too late") });
    const refusal = await it.raw.until((arrival) => "id" in arrival && arrival.id === null);
    expect(refusal).toMatchObject({ error: { data: { code: "process.gone" } } });
    expect(it.rig.bugs).toEqual([]);
  });
});
