import fc from "fast-check";
import { expect, test } from "vitest";
import { type Channel, dataHeader, decodeFrame, encodeFrame, FRAME, type Frame, headerBytes } from "./frames.ts";

const stream = fc.nat(2 ** 32 - 1);
const offset = fc.maxSafeNat();
const payload = fc.uint8Array({ maxLength: 200 });
const channel = fc.constantFrom<Channel>(0, 1, 2);

const frames: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({ type: fc.constant("data" as const), channel, stream, offset, payload }),
  fc.record({
    type: fc.constant("fin" as const),
    stream,
    offset,
    code: fc.option(fc.integer({ min: -255, max: 255 })),
    signal: fc.nat(64),
  }),
  fc.record({ type: fc.constant("hole" as const), stream, offset, to: offset }),
  fc.record({ type: fc.constant("stdin" as const), stream, end: fc.boolean(), payload }),
  fc.record({ type: fc.constant("ack" as const), stream, offset }),
);

test("every frame comes back as it went, also from the middle of a larger buffer", () => {
  fc.assert(
    fc.property(frames, (frame) => {
      const bytes = encodeFrame(frame);
      const larger = new Uint8Array(bytes.length + 14);
      larger.set(bytes, 7);
      expect(decodeFrame(bytes)).toEqual(frame);
      expect(decodeFrame(larger.subarray(7, 7 + bytes.length))).toEqual(frame);
    }),
  );
});

test("a header sent before its payload is the same frame as both in one", () => {
  const whole = encodeFrame({ type: "data", channel: 2, stream: 7, offset: 2 ** 40, payload: Uint8Array.of(1, 2) });
  expect(dataHeader(7, 2 ** 40, 2)).toEqual(whole.subarray(0, headerBytes));
});

test("any bytes decode to a frame or to nothing, and never throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.constantFrom(...Object.values(FRAME), 0, 255), (bytes, type) => {
      if (bytes.length > 0) bytes[0] = type;
      const frame = decodeFrame(bytes);
      if (bytes.length < headerBytes || type === 0 || type === 255) expect(frame).toBeUndefined();
      if (frame !== undefined && frame.type !== "stdin") expect(Number.isSafeInteger(frame.offset)).toBe(true);
    }),
  );
});
