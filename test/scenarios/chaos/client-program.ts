import { closeSync, openSync, writeSync } from "node:fs";
import { z } from "zod";
import { ChaosClient } from "./chaos-client.ts";
import { notesIn } from "./notes-file.ts";
import { progressOf } from "./progress.ts";
import { jobsOf } from "./work.ts";

// One client in a process of its own. What it learns goes to a file before it goes on, so that a successor knows it.
const settings = z.object({
  url: z.string(),
  host: z.string(),
  seed: z.number(),
  client: z.number(),
  size: z.object({ jobs: z.number(), streamBytes: z.number() }),
  files: z.object({ stream: z.string(), ran: z.string(), notes: z.string() }),
});

const { url, host, seed, client, size, files } = settings.parse(JSON.parse(process.argv[2] ?? ""));
const stop = new AbortController();
// It ends with whoever started it.
process.stdin.on("end", () => process.exit(1)).resume();
const known = progressOf(notesIn(files.notes));
const file = openSync(files.notes, "a");
{
  await using working = new ChaosClient({
    url,
    host,
    token: process.env["EXAI_TOKEN"] ?? "",
    name: `chaos-${client}`,
    files,
    note: (note) => void writeSync(file, `${JSON.stringify(note)}\n`),
    known,
    signal: stop.signal,
  });
  await working.work(jobsOf(seed, client, size));
}
closeSync(file);
process.exit(0);
