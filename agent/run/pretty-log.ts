import pretty from "pino-pretty";

/** A stream that writes log objects to stdout for people: local time, level, message. */
export function pinoPretty(colour: boolean): pretty.PrettyStream {
  return pretty({
    colorize: colour,
    translateTime: "SYS:HH:MM:ss.l",
    // the facts of a change are in its message already
    ignore: "socket,verdict,previous,confirmed,evidence,groups,findings,blind",
    singleLine: true,
    sync: true,
  });
}
