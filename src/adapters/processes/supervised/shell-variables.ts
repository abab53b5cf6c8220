const own =
  /^(PWD|OLDPWD|SHLVL|_|PPID|IFS|OPT(IND|ARG|ERR)|PS[0-4]|ENV|BASH\w*|SHELLOPTS|E?UID|GROUPS|RANDOM|LINENO|SECONDS)$/;

/** Whether a shell takes this variable for its own, or sets it: kept from shells on the way to a program. */
export function isShells(name: string): boolean {
  return own.test(name);
}
