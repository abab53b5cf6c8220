/**
 * Binary frames: a 16-byte little-endian header `u8 type · u8 flags · u8 channel · u8 0 · u32 stream · u64 offset` and
 * the payload. Offsets are in bytes and count the combined log of a stream.
 */
export const FRAME = { data: 0x10, fin: 0x11, hole: 0x12, stdin: 0x18, ack: 0x20 } as const;
/** The first byte of a frame. */
export type FrameType = (typeof FRAME)[keyof typeof FRAME];

/** What wrote the bytes. A terminal has stdout alone. */
export const CHANNEL = { none: 0, stdout: 1, stderr: 2 } as const;
/** The third byte of a frame. */
export type Channel = (typeof CHANNEL)[keyof typeof CHANNEL];

/** The length of every frame's header. */
export const headerBytes = 16;

/**
 * How far a sender is ahead of what the reader has acknowledged, at first: 2 MiB at most for a reader that is quick,
 * 32 KiB at least while many share the node. Credit by the consumer's position, as QUIC's flow control has it (RFC 9000, section 4).
 */
export const streamWindowBytes = 256 * 1024;

/** A frame, decoded. `stream` numbers the outputs of one connection; only a request's answer says which call it is of. */
export type Frame =
  | { type: "data"; channel: Channel; stream: number; offset: number; payload: Uint8Array }
  /** Nothing follows `offset`, the final length. `code` is null where a signal ended the program. */
  | { type: "fin"; stream: number; offset: number; code: number | null; signal: number }
  /** The bytes from `offset` up to `to` were thrown away by policy. */
  | { type: "hole"; stream: number; offset: number; to: number }
  /** Bytes for a program's standard input; an empty payload with `end` closes it. */
  | { type: "stdin"; stream: number; end: boolean; payload: Uint8Array }
  /** Everything before `offset` was consumed. */
  | { type: "ack"; stream: number; offset: number };

const noExit = -(2 ** 31);
const endFlag = 1;

function header(
  type: FrameType,
  at: { stream: number; offset: number },
  extraBytes: number,
): { bytes: Uint8Array; view: DataView } {
  const bytes = new Uint8Array(headerBytes + extraBytes);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, type);
  view.setUint32(4, at.stream, true);
  view.setBigUint64(8, BigInt(at.offset), true);
  return { bytes, view };
}

/** The header alone of a data frame; the payload is sent behind it without being copied. */
export function dataHeader(stream: number, offset: number, channel: Channel): Uint8Array {
  const { bytes, view } = header(FRAME.data, { stream, offset }, 0);
  view.setUint8(2, channel);
  return bytes;
}

/** The bytes of a frame, the payload copied behind its header. */
export function encodeFrame(frame: Frame): Uint8Array {
  switch (frame.type) {
    case "data": {
      const { bytes, view } = header(FRAME.data, frame, frame.payload.length);
      view.setUint8(2, frame.channel);
      bytes.set(frame.payload, headerBytes);
      return bytes;
    }
    case "fin": {
      const { bytes, view } = header(FRAME.fin, frame, 8);
      view.setInt32(headerBytes, frame.code ?? noExit, true);
      view.setUint32(headerBytes + 4, frame.signal, true);
      return bytes;
    }
    case "hole": {
      const { bytes, view } = header(FRAME.hole, frame, 8);
      view.setBigUint64(headerBytes, BigInt(frame.to), true);
      return bytes;
    }
    case "stdin": {
      const { bytes, view } = header(FRAME.stdin, { stream: frame.stream, offset: 0 }, frame.payload.length);
      view.setUint8(1, frame.end ? endFlag : 0);
      bytes.set(frame.payload, headerBytes);
      return bytes;
    }
    case "ack":
      return header(FRAME.ack, frame, 0).bytes;
  }
}

/** The frame, or `undefined` where the bytes are none: too short, an unknown type, a number beyond 2^53. */
export function decodeFrame(bytes: Uint8Array): Frame | undefined {
  if (bytes.length < headerBytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stream = view.getUint32(4, true);
  const offset = Number(view.getBigUint64(8, true));
  if (!Number.isSafeInteger(offset)) return undefined;
  switch (view.getUint8(0)) {
    case FRAME.data:
      return {
        type: "data",
        channel: view.getUint8(2) as Channel,
        stream,
        offset,
        payload: bytes.subarray(headerBytes),
      };
    case FRAME.fin: {
      if (bytes.length < headerBytes + 8) return undefined;
      const code = view.getInt32(headerBytes, true);
      return {
        type: "fin",
        stream,
        offset,
        code: code === noExit ? null : code,
        signal: view.getUint32(headerBytes + 4, true),
      };
    }
    case FRAME.hole: {
      if (bytes.length < headerBytes + 8) return undefined;
      const to = Number(view.getBigUint64(headerBytes, true));
      return Number.isSafeInteger(to) ? { type: "hole", stream, offset, to } : undefined;
    }
    case FRAME.stdin:
      return { type: "stdin", stream, end: (view.getUint8(1) & endFlag) !== 0, payload: bytes.subarray(headerBytes) };
    case FRAME.ack:
      return { type: "ack", stream, offset };
    default:
      return undefined;
  }
}
