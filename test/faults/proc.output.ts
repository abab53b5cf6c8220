import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  {
    file: "src/adapters/processes/supervised/merged-output.ts",
    find: '    this.#mode = "drain";\n',
    replace: "    for (const pipe of this.#pipes) pipe.destroy();\n",
  },
  {
    file: "src/adapters/processes/supervised/merged-output.ts",
    find: 'this.#take(pipes.stderr, "stderr")',
    replace: 'this.#take(pipes.stderr, "stdout")',
  },
  {
    file: "src/adapters/output/spool/segment.ts",
    find: "const skip = Math.max(0, wanted.offset - offset);",
    replace: "const skip = 0;",
  },
  {
    file: "src/adapters/output/spool/spool-writer.ts",
    find: "    const before = log.end;\n",
    replace: "    const before = log.end;\n    log.skip();\n",
  },
  // Bytes that are no text are changed.
  { file: "src/gateways/http/output.ts", find: '.toString("base64")', replace: ".toString()" },
  // Both channels read alike.
  { file: "src/gateways/http/output.ts", find: "channelNames.get(piece.channel)", replace: "channelNames.get(1)" },
  // Input that is no text is taken for text.
  {
    file: "src/tools/exec/input.ts",
    find: 'Buffer.from(stdin.base64, "base64")',
    replace: "Buffer.from(stdin.base64)",
  },
  // The warden's shell says on the program's standard error how it ended.
  {
    file: "src/adapters/processes/supervised/ways/warden.ts",
    find: '(exec "$@" 2>&8 8>&- 9>&-)',
    replace: '"$@" 2>&8 8>&- 9>&-',
  },
  // Readers get bytes while they are on their way to the disk.
  {
    file: "src/adapters/output/spool/spool-log.ts",
    find: "      await (await this.#segmentFor(bytes)).append(records);\n",
    replace:
      "      const segment = await this.#segmentFor(bytes);\n      const from = this.#end;\n      this.#end += bytes - records.length * headerBytes;\n      await segment.append(records);\n      this.#end = from;\n",
  },
  {
    file: "src/adapters/output/spool/spool-log.ts",
    find: "const slice = this.#ring.slice(offset, { to: this.#end, maxBytes, maxSlabs: 1 });",
    replace: "const slice = this.#ring.slice(offset, { to: this.#ring.end, maxBytes, maxSlabs: 1 });",
  },
  // Pipes that closed early are waited for without end.
  {
    file: "src/adapters/processes/supervised/merged-output.ts",
    find: "this.#pipes.filter(({ destroyed }) => !destroyed)",
    replace: "this.#pipes",
    expect: "timeout",
  },
];
