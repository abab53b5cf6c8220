/** Refused or not by the bits of one argument, where the bits of another, if named, are set. */
interface Rule {
  call: number;
  mode: number;
  onlyIf?: { argument: number; bits: number };
}

interface Architecture {
  /** As the kernel's audit names it. */
  id: number;
  rules: readonly Rule[];
  /** Calls whose arguments a filter cannot see, and those of the kernel's keys. Programs fall back from them. */
  absent: readonly number[];
  /** From this number on the calls of another ABI on the same processor begin. */
  foreignFrom?: number;
}

const setIdBits = 0o6000;
/** `O_CREAT`, and the bit that makes a file without a name. */
const creating = 0o100 | 0o20000000;
/** `openat2` and `io_uring_setup`, which have one number everywhere, as `fchmodat2` has. */
const absent = [437, 425];
const changingByHandle: Rule = { call: 452, mode: 2 };

const architectures: Readonly<Record<string, Architecture>> = {
  x64: {
    id: 0xc000003e,
    rules: [
      ...[90, 91, 85, 133].map((call) => ({ call, mode: 1 })),
      ...[268, 259].map((call) => ({ call, mode: 2 })),
      { call: 2, mode: 2, onlyIf: { argument: 1, bits: creating } },
      { call: 257, mode: 3, onlyIf: { argument: 2, bits: creating } },
      changingByHandle,
    ],
    absent: [...absent, 248, 249, 250],
    foreignFrom: 0x40000000,
  },
  arm64: {
    id: 0xc00000b7,
    rules: [
      { call: 52, mode: 1 },
      ...[53, 33].map((call) => ({ call, mode: 2 })),
      { call: 56, mode: 3, onlyIf: { argument: 2, bits: creating } },
      changingByHandle,
    ],
    absent: [...absent, 217, 218, 219],
  },
};

const load = 0x20;
const equals = 0x15;
const atLeast = 0x35;
const hasBits = 0x45;
const answer = 0x06;
const allowed = 0x7fff0000;
const refused = 0x00050001;
const unknown = 0x00050026;
const callAt = 0;
const architectureAt = 4;

/**
 * A filter of system calls (classic BPF, as seccomp takes it) by which no program gives a file the set-user-id or
 * set-group-id bit: what a command leaves behind must not run as its user for somebody else. Nor does one reach the
 * kernel's key rings, which all commands have from the daemon. Programs of another architecture do not run under it. `undefined` where this machine's is not known here.
 */
export function setIdFilter(architecture: string = process.arch): Uint8Array | undefined {
  const known = architectures[architecture];
  if (known === undefined) return undefined;
  const { id, rules, foreignFrom } = known;
  return Buffer.concat([
    ...[step(load, architectureAt), step(equals, id, [1, 0]), step(answer, unknown)],
    ...(foreignFrom === undefined
      ? []
      : [step(load, callAt), step(atLeast, foreignFrom, [0, 1]), step(answer, unknown)]),
    ...rules.flatMap(stepsOf),
    ...known.absent.flatMap((call) => [step(load, callAt), step(equals, call, [0, 1]), step(answer, unknown)]),
    step(answer, allowed),
  ]);
}

/** The jumps count the steps that they leave out. */
function stepsOf({ call, mode, onlyIf }: Rule): Buffer[] {
  const judging = [
    step(load, lowHalfOf(mode)),
    step(hasBits, setIdBits, [1, 0]),
    step(answer, allowed),
    step(answer, refused),
  ];
  const condition =
    onlyIf === undefined ? [] : [step(load, lowHalfOf(onlyIf.argument)), step(hasBits, onlyIf.bits, [0, 2])];
  const work = [...condition, ...judging];
  return [step(load, callAt), step(equals, call, [0, work.length]), ...work];
}

function lowHalfOf(argument: number): number {
  return 16 + 8 * argument;
}

/** Jumps by so many steps where it is true, and where it is not. */
function step(code: number, value: number, [ifTrue, ifFalse]: readonly [number, number] = [0, 0]): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt8(ifTrue, 2);
  bytes.writeUInt8(ifFalse, 3);
  bytes.writeUInt32LE(value >>> 0, 4);
  return bytes;
}
