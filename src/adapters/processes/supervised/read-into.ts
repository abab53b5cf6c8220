import { Socket, type SocketConstructorOpts } from "node:net";
import type { Readable } from "node:stream";

/**
 * Reads a pipe into one buffer again and again; read as streams are, each read is memory of its own, and a flood is
 * garbage of its own size. What `onBytes` gets is good until the event loop goes on. Answers the stream to resume,
 * to pause and to destroy, paused; the one that was given is of no use any more. One that is no socket, or has
 * brought bytes already, is read as it is.
 */
export function readInto(pipe: Readable, buffer: Buffer, onBytes: (bytes: Buffer) => void): Readable {
  const handle = pipe.readableLength === 0 ? takeHandle(pipe) : undefined;
  if (handle === undefined) return pipe.pause().on("data", onBytes);
  const onread = {
    buffer,
    callback: (length: number) => {
      onBytes(buffer.subarray(0, length));
      return true;
    },
  };
  return new Socket({ handle, onread }).pause();
}

/**
 * Stops the reading that a socket begins by itself when it is made, before it brings anything. It goes on only with
 * `readInto`: what comes meanwhile waits in the pipe.
 */
export function unread(pipe: Socket): Socket {
  const handle: unknown = Reflect.get(pipe, "_handle");
  if (typeof handle !== "object" || handle === null) return pipe;
  const readStop: unknown = Reflect.get(handle, "readStop");
  if (typeof readStop === "function") readStop.call(handle);
  Reflect.set(handle, "reading", false);
  return pipe;
}

/** Node lets a socket have such a buffer only from its making on, so that what it holds of the system moves to another. */
function takeHandle(pipe: Readable): SocketConstructorOpts["handle"] {
  const handle = pipe instanceof Socket ? Reflect.get(pipe, "_handle") : undefined;
  if (typeof handle !== "object" || handle === null) return undefined;
  Reflect.set(pipe, "_handle", null);
  return handle;
}
