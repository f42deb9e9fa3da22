/**
 * Names of the settings by which a drop-in of a service has systemd run something beside a start or
 * a stop, each once. One that is taken back further below counts all the same.
 */
export function dropInCommands(text: string): readonly string[] {
  const lines = text.matchAll(
    /^[ \t]*Exec(?:Condition|StartPre|StartPost|StopPost|Stop)(?=[ \t]*=[ \t]*\S)/gm,
  );
  return [...new Set([...lines].map(([name]) => name.trim()))];
}
