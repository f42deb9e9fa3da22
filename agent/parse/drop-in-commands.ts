/**
 * Names of the settings by which a drop-in of a service has systemd run something beside a start or
 * a stop, each once. One that is taken back further below counts all the same.
 */
export function dropInCommands(text: string): readonly string[] {
  return settingsIn(
    text,
    /^[ \t]*Exec(?:Condition|StartPre|StartPost|StopPost|Stop)(?=[ \t]*=[ \t]*\S)/gm,
  );
}

/** The same of those by which it has systemd start something else, or start it otherwise. */
export function dropInStarts(text: string): readonly string[] {
  return settingsIn(text, /^[ \t]*(?:ExecStart|Type)(?=[ \t]*=[ \t]*\S)/gm);
}

function settingsIn(text: string, names: RegExp): readonly string[] {
  return [...new Set([...text.matchAll(names)].map(([name]) => name.trim()))];
}
