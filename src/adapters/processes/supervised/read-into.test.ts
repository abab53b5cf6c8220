import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Socket } from "node:net";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { program } from "../../../../test/programs/programs.ts";
import { readInto, unread } from "./read-into.ts";

const buffer = Buffer.alloc(64 * 1024);

function started(...words: Parameters<typeof program>): ChildProcess & { stdout: Readable } {
  const [file, ...args] = program(...words);
  return spawn(file, args, { stdio: ["ignore", "pipe", "ignore"] });
}

test("a pipe is read into the memory that was given, whole and in order, until it ends", async () => {
  const child = started("floods-stdout", "300000");
  const taken: Buffer[] = [];
  const pipe = readInto(child.stdout, buffer, (bytes) => {
    expect(bytes.buffer).toBe(buffer.buffer);
    taken.push(Buffer.from(bytes));
  });
  pipe.resume();
  await once(pipe, "close");
  const all = Buffer.concat(taken);
  expect(all.equals(Buffer.alloc(300_000, "0123456789abcde\n"))).toBe(true);
});

test("a pipe of which nothing was read is read into that memory however late, and its bytes wait in it", async () => {
  const child = started("floods-stdout");
  if (!(child.stdout instanceof Socket)) return expect.fail("the pipe is no socket");
  const source = unread(child.stdout);
  for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
  expect(source.readableLength).toBe(0);
  const pipe = readInto(source, buffer, (bytes) => {
    expect(bytes.buffer).toBe(buffer.buffer);
    pipe.destroy();
  });
  expect(pipe).not.toBe(source);
  pipe.resume();
  await once(pipe, "close");
  child.kill("SIGKILL");
  await once(child, "exit");
});

test("a pipe that is paused by who takes its bytes brings no more before it is resumed", async () => {
  const child = started("floods-stdout");
  let reads = 0;
  const pipe = readInto(child.stdout, buffer, () => {
    reads += 1;
    pipe.pause();
  });
  for (let turn = 1; turn <= 20; turn++) {
    pipe.resume();
    await expect.poll(() => reads).toBe(turn);
    for (let more = 0; more < 20; more++) await new Promise(setImmediate);
    expect(reads).toBe(turn);
  }
  pipe.destroy();
  child.kill("SIGKILL");
  await once(child, "exit");
});

test("what has brought bytes already, or is no socket, is read as it is", async () => {
  const taken: string[] = [];
  const source = Readable.from([Buffer.from("first"), Buffer.from("then")]);
  const pipe = readInto(source, buffer, (bytes) => taken.push(String(bytes)));
  expect(pipe).toBe(source);
  pipe.resume();
  await once(pipe, "close");
  expect(taken).toEqual(["first", "then"]);
});
