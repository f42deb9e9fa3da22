/**
 * The number of workers that a command line gives gunicorn, its words joined by blanks; undefined
 * where it gives none. As for gunicorn the last one counts.
 */
export function workersArgument(args: string): number | undefined {
  const found = [...args.matchAll(/ (?:-w ?|--workers[ =])(\d{1,4})(?= |$)/g)].at(-1)?.[1];
  return found === undefined ? undefined : Number(found);
}
