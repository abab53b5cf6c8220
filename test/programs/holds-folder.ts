import { lockFolder } from "../../src/adapters/store/sqlite/folder-lock.ts";

// Locks the folder, says so, and holds it until it is killed.
const [folder = ""] = process.argv.slice(2);
using _lock = await lockFolder(folder);
console.log("held");
await new Promise<void>((resolve) => process.stdin.once("end", resolve).resume());
