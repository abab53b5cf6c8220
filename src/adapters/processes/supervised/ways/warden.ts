/**
 * For a shell that stays with the program inside the sandbox, whose end is the end of all in it. It writes to descriptor
 * 9, which the program does not get, how the program ended and how many processes outlived it. Asked to end (TERM)
 * it stays as long as they do, so that they too have the grace to end by themselves. What it has to say of a program
 * that a signal ended nobody hears: its own standard error is not the program's.
 */
export const warden = `
trap asked=1 TERM
exec 8>&2 2>/dev/null
(exec "$@" 2>&8 8>&- 9>&-)
status=$?
exec 8>&-
count() {
  left=0
  for one in /proc/[0-9]*; do
    case $one in /proc/1 | /proc/$$) continue ;; esac
    read -r line <"$one/stat" || continue
    case $line in *') Z '* | *') X '*) ;; *) left=$((left + 1)) ;; esac
  done
  test "$left" = "$told" || echo "left $left" >&9
  told=$left
}
echo "status $status" >&9
count
while test -n "$asked" && test "$left" -gt 0; do
  sleep 0.02
  count
done
exit "$status"
`;
