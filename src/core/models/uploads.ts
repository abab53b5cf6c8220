import { hash } from "node:crypto";
import type { Message, Model, ModelFile, UploadedFile } from "./model.ts";

const mostKept = 256;
const mostKeptCharacters = 8 * 2 ** 20;

/** For whom a file is given to a vendor, and through which model's adapter. */
export interface UploadFor {
  model: Model;
  /** Whose file it is: nobody else's upload is used for it. */
  principal: string;
}

/** Gives vendors files once: the same bytes of the same principal at the same provider are not sent again. */
export class Uploads {
  /** The oldest first. */
  readonly #kept = new Map<string, UploadedFile>();
  #characters = 0;

  /** The messages, with what the vendor said to the files. Where the vendor takes no uploads they stay as they are. */
  async given(messages: readonly Message[], to: UploadFor, signal: AbortSignal): Promise<readonly Message[]> {
    if (to.model.uploadFile === undefined || messages.every(({ files = [] }) => files.length === 0)) return messages;
    const given: Message[] = [];
    for (const message of messages) {
      if (message.files === undefined) given.push(message);
      else given.push({ ...message, files: await this.#all(message.files, to, signal) });
    }
    return given;
  }

  async #all(files: readonly ModelFile[], to: UploadFor, signal: AbortSignal): Promise<ModelFile[]> {
    const given: ModelFile[] = [];
    for (const file of files) given.push({ ...file, uploaded: file.uploaded ?? (await this.#one(file, to, signal)) });
    return given;
  }

  async #one(file: ModelFile, { model, principal }: UploadFor, signal: AbortSignal): Promise<UploadedFile> {
    const key = [principal, model.provider, hash("sha256", file.bytes, "base64url")].join("\n");
    const kept = this.#kept.get(key);
    if (kept !== undefined) {
      // Used again, it is the youngest.
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return kept;
    }
    if (model.uploadFile === undefined) throw new Error(`Cannot upload to ${model.provider}: it takes no files`);
    const uploaded = await model.uploadFile(file, signal);
    this.#keep(key, uploaded);
    return uploaded;
  }

  #keep(key: string, uploaded: UploadedFile): void {
    this.#drop(key);
    this.#kept.set(key, uploaded);
    this.#characters += sizeOf(uploaded);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= mostKept && this.#characters <= mostKeptCharacters) return;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    const kept = this.#kept.get(key);
    if (kept === undefined) return;
    this.#kept.delete(key);
    this.#characters -= sizeOf(kept);
  }
}

function sizeOf({ text }: UploadedFile): number {
  return text?.length ?? 0;
}
