import { lstatSync, readlinkSync } from "node:fs";
import { isInside } from "../../../../../base/is-inside.ts";

/** Directories that hold the system's programs and what these load. */
const programFolders = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

/**
 * What programs read of `/etc`: names of hosts, users and zones, certificates of authorities, loaders, fonts. The
 * rest, with its keys and passwords, is not there.
 */
const configuration = [
  ...["alternatives", "ca-certificates", "ca-certificates.conf", "crypto-policies", "debian_version", "fonts"],
  ...["gai.conf", "gitconfig", "group", "host.conf", "hosts", "inputrc", "ld.so.cache", "ld.so.conf", "ld.so.conf.d"],
  ...["locale.alias", "locale.conf", "localtime", "lsb-release", "magic", "mime.types", "nsswitch.conf", "os-release"],
  ...["passwd", "pki/ca-trust", "pki/tls/certs", "protocols", "resolv.conf", "services", "shells", "ssl/certs"],
  ...["ssl/cert.pem", "ssl/openssl.cnf", "terminfo", "timezone", "xdg"],
];

/** Of `/proc`, what a process that has the number of root in the machine's own eyes could write or learn. */
const machineSettings = [
  ...["/proc/sys", "/proc/irq", "/proc/bus", "/proc/fs", "/proc/scsi", "/proc/acpi", "/proc/tty", "/proc/asound"],
  ...["/proc/sysrq-trigger", "/proc/mtrr", "/proc/latency_stats", "/proc/timer_list"],
];

/** Arguments that show the system, read-only, with processes and devices of the sandbox's own. */
export function systemArguments(temporaryBytes: number): string[] {
  const temporary = (mode: string, path: string) => [
    ...["--perms", mode, "--size", String(temporaryBytes)],
    ...["--tmpfs", path],
  ];
  return [
    ...programFolders.flatMap(showing),
    ...configuration.flatMap((name) => ["--ro-bind-try", `/etc/${name}`, `/etc/${name}`]),
    ...["--proc", "/proc", ...machineSettings.flatMap((path) => ["--ro-bind-try", path, path])],
    ...["--dev", "/dev", ...temporary("1777", "/dev/shm"), "--remount-ro", "/dev"],
    // Both are folders, as outside: a root may lie in either.
    ...[...temporary("1777", "/tmp"), "--dir", "/run", "--dir", "/var", ...temporary("1777", "/var/tmp")],
  ];
}

/** Whether the path lies where every sandbox has the system, or what stands for it. */
export function isOfTheSystem(path: string): boolean {
  return isInside(path, [...programFolders, "/etc", "/proc", "/sys", "/dev"]);
}

/** Whether a program can be started by this path in every sandbox. */
export function isSystemProgram(path: string): boolean {
  return isInside(path, programFolders);
}

function showing(folder: string): string[] {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (found.isSymbolicLink()) return ["--symlink", readlinkSync(folder), folder];
  return ["--ro-bind", folder, folder];
}
