import { fileURLToPath } from "node:url";

/** What starts us, from a clone as from a package. */
export const launcher = fileURLToPath(new URL("../../bin/exai.js", import.meta.url));
