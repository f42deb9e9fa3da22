/** A plain assignment of gunicorn's settings file. */
export interface GunicornSetting {
  readonly name: string;
  /** As it is written. */
  readonly value: string;
  /** Counted from 1. */
  readonly line: number;
}

/**
 * The plain assignments of a settings file (gunicorn.conf.py) that stand at the beginning of a
 * line. It is a program: what it works out in other ways is not seen.
 */
export function gunicornSettings(text: string): readonly GunicornSetting[] {
  return text.split("\n").flatMap((line, index) => {
    const [, name, value] = /^([a-z_]+)\s*=\s*([^=\s#][^#]*?)\s*(?:#.*)?$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [{ name, value, line: index + 1 }];
  });
}

/** True for a setting that makes a daemon of gunicorn, or has it write a pidfile. */
export function isDaemonSetting({ name, value }: Pick<GunicornSetting, "name" | "value">): boolean {
  return (name === "daemon" || name === "pidfile") && !/^(?:False|None|0|""|'')$/.test(value);
}
