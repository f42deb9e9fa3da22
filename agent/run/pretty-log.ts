import pretty from "pino-pretty";

/** A stream that writes log objects to stdout for people: local time, level, message, short facts. */
export function pinoPretty(colour: boolean): pretty.PrettyStream {
  return pretty({
    colorize: colour,
    translateTime: "SYS:HH:MM:ss.l",
    // the trees of a change are in its message already
    ignore: "groups,findings",
    singleLine: true,
    sync: true,
  });
}
