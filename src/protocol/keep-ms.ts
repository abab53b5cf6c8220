/** An ended call, its journal, its key and its output are kept so long: an older start cannot be repeated. */
export const keepMs = 7 * 86_400_000;
