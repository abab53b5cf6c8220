import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { isRecord } from "../../base/is-record.ts";
import { Fault } from "../../protocol/fault.ts";
import { isDeeperThan, maxJsonDepth } from "../../protocol/json-depth.ts";

/**
 * The JSON object of a request, `{}` where there is no body. Refuses with `input.too-large` as soon as the
 * limit is passed and with `input.invalid`; nothing is parsed that is nested too deep.
 */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<Record<string, unknown>> {
  refuseForeignEncodings(request);
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const bytes = arrived(request) ?? (await readBytes(request, maxBytes));
  if (bytes.length === 0) return {};
  if (!isUtf8(bytes)) throw new Fault("input.invalid", "Cannot read the body: it is not UTF-8, expected JSON in UTF-8");
  const text = bytes.toString();
  if (isDeeperThan(text, maxJsonDepth))
    throw new Fault(
      "input.invalid",
      `Cannot read the body: it is nested too deep, expected at most ${maxJsonDepth} levels`,
    );
  const body = parsed(text);
  // A string spread into parameters would be a parameter a character.
  if (!isRecord(body))
    throw new Fault("input.invalid", "Cannot read the body: it is no object, expected one JSON object");
  return body;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Fault("input.invalid", "Cannot read the body: it is not JSON, expected one JSON object", { cause });
  }
}

function refuseForeignEncodings(request: IncomingMessage): void {
  const { "content-type": type, "content-encoding": encoding = "identity" } = request.headers;
  if (type !== undefined && !/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type))
    throw new Fault("input.invalid", "Cannot read the body: its Content-Type is not JSON, expected application/json");
  if (encoding !== "identity")
    throw new Fault("input.invalid", "Cannot read the body: it is encoded, expected it without Content-Encoding");
}

/** Most bodies have come with their headers: such a one is taken as it lies there, without a turn for each of its ends. */
function arrived(request: IncomingMessage): Buffer | undefined {
  if (!request.complete || request.readableLength !== Number(request.headers["content-length"])) return undefined;
  const whole: Buffer | null = request.read();
  return whole ?? undefined;
}

async function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let length = 0;
  request.on("data", (chunk: Buffer) => {
    length += chunk.length;
    if (length <= maxBytes) {
      chunks.push(chunk);
      return;
    }
    // What still comes is thrown away, so that the client gets to read its answer; the request's time is bounded.
    chunks.length = 0;
    request.removeAllListeners("data").resume();
    reject(tooLarge(maxBytes));
  });
  request.on("end", () => resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)));
  request.on("error", reject);
  return await promise;
}

function tooLarge(maxBytes: number): Fault {
  return new Fault("input.too-large", `Cannot read the body: it is too large, expected at most ${maxBytes} bytes`, {
    facts: { maxBytes, setting: "EXAI_WS_MAX_BYTES" },
  });
}
