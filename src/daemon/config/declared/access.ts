import { host, hosts, origins, ownToken, path, paths, port, secret, url, whole, yesOrNo } from "../kinds.ts";
import { setting } from "../setting.ts";

/** Where the daemon listens and who gets in. */
export const access = {
  EXAI_HOME: setting(path, {
    description:
      "Where everything is kept: the store, spools, the owner's token, and the two files that settings are read from. `~/.exai` where it is not set. Read from the environment only.",
    example: "/var/lib/exai",
  }),
  EXAI_WS_HOST: setting(host, {
    description: "What to listen on. Wider than loopback needs EXAI_WS_TOKEN, and TLS or EXAI_BEHIND_PROXY=1.",
    example: "127.0.0.1",
    default: "127.0.0.1",
  }),
  EXAI_WS_PORT: setting(port, {
    description: "The port of WebSocket and HTTP.",
    example: "8079",
    default: "8079",
  }),
  EXAI_WS_TOKEN: setting(ownToken, {
    description:
      "An owner token of your own, beside the one in `EXAI_HOME/owner.token`. When it changes or goes, its sessions end.",
    example: "from-openssl-rand-hex-32",
  }),
  EXAI_WS_MAX_BYTES: setting(whole(65_536, 67_108_864), {
    description: "The largest frame or request body, in bytes; larger ones are refused.",
    example: "1048576",
    default: "1048576",
  }),
  EXAI_ALLOWED_HOSTS: setting(hosts, {
    description:
      "Names under which the daemon may be addressed besides what it listens on, with the port where it is not the usual one; a request for another host is refused.",
    example: "exai.example.org,exai.example.org:8443",
    default: "",
  }),
  EXAI_ALLOWED_ORIGINS: setting(origins, {
    description: "Origins whose pages may talk to the daemon; others are refused.",
    example: "https://tools.example.org",
    default: "",
  }),
  EXAI_TLS_CERT: setting(path, {
    description: "The certificate chain, PEM. Needs EXAI_TLS_KEY.",
    example: "/etc/exai/cert.pem",
  }),
  EXAI_TLS_KEY: setting(path, {
    description: "The certificate's private key, PEM. Needs EXAI_TLS_CERT.",
    example: "/etc/exai/key.pem",
  }),
  EXAI_BEHIND_PROXY: setting(yesOrNo, {
    description: "A proxy in front speaks TLS to the world, so a wider bind may be plain.",
    example: "1",
    default: "0",
  }),
  EXAI_ROOTS: setting(paths, {
    description:
      "Directories that the owner, and tokens as far as they were given some of it, may name. Your home directory where it is not set.",
    example: "/home/me/projects,/srv/data",
  }),
} as const;

/** What programs that talk to a daemon read; the daemon itself does nothing with them. */
export const client = {
  EXAI_URL: setting(url("http", "https", "ws", "wss"), {
    description: "The daemon to talk to, where it is not the local one.",
    example: "https://exai.example.org",
    reader: "client",
  }),
  EXAI_TOKEN: setting(secret(16, 512), {
    description: "The token to show, where it is not the one in `EXAI_HOME/owner.token`.",
    example: "exai_0123456789ab_and-its-secret",
    reader: "client",
  }),
  EXAI_AUTOSTART: setting(yesOrNo, {
    description: "Whether a command starts the local daemon when none answers.",
    example: "0",
    default: "1",
    reader: "client",
  }),
} as const;
