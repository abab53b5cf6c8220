import pino, { type Logger } from "pino";

export type { Logger };

/** Where whole lines go, each with its line break. */
export interface LineSink {
  write(line: string): void;
}

export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";

/**
 * A logger of JSON lines. Scrubbing is the last thing that happens to a line, so that nothing is logged
 * around it, whichever field it stood in.
 */
export function openLogger(parts: { level: LogLevel; sink: LineSink; scrub: (line: string) => string }): Logger {
  return pino(
    {
      level: parts.level,
      base: null,
      timestamp: isoTime(),
      formatters: { level: (level) => ({ level }) },
      hooks: { streamWrite: parts.scrub },
    },
    parts.sink,
  );
}

/** The moment as a field of a line; written anew once a millisecond, however many lines fall into it. */
function isoTime(): () => string {
  let atMs = 0;
  let field = "";
  return () => {
    const nowMs = Date.now();
    if (nowMs !== atMs) field = `,"time":"${new Date(nowMs).toISOString()}"`;
    atMs = nowMs;
    return field;
  };
}
