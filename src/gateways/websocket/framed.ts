const fin = 0x80;
const opcodes = { text: 0x1, binary: 0x2 };
const twoBytes = 126;
const eightBytes = 127;
const longestHeader = 10;

/** Messages as the bytes of their frames, one after the other: a server's frames carry no mask. */
export function framed(messages: readonly (string | Uint8Array)[]): Buffer {
  let mostBytes = 0;
  for (const message of messages) mostBytes += longestHeader + bytesOf(message);
  const frames = Buffer.allocUnsafe(mostBytes);
  let at = 0;
  for (const message of messages) {
    const length = bytesOf(message);
    at = putHeader(frames, at, { opcode: typeof message === "string" ? opcodes.text : opcodes.binary, length });
    if (typeof message === "string") frames.write(message, at, "utf8");
    else frames.set(message, at);
    at += length;
  }
  return frames.subarray(0, at);
}

/** The beginning of a binary frame: its own header, the first bytes of its message, and then as many follow. */
export function headFramed(first: Uint8Array, following: number): Buffer {
  const frame = Buffer.allocUnsafe(longestHeader + first.length);
  const at = putHeader(frame, 0, { opcode: opcodes.binary, length: first.length + following });
  frame.set(first, at);
  return frame.subarray(0, at + first.length);
}

function bytesOf(message: string | Uint8Array): number {
  return typeof message === "string" ? Buffer.byteLength(message) : message.length;
}

/** Answers where the payload begins. */
function putHeader(frames: Buffer, at: number, { opcode, length }: { opcode: number; length: number }): number {
  frames[at] = fin | opcode;
  if (length < twoBytes) {
    frames[at + 1] = length;
    return at + 2;
  }
  if (length < 2 ** 16) {
    frames[at + 1] = twoBytes;
    return frames.writeUInt16BE(length, at + 2);
  }
  frames[at + 1] = eightBytes;
  return frames.writeBigUInt64BE(BigInt(length), at + 2);
}
