import { platform } from "../testbed/incident.ts";

/** Where gunicorn is to find it, as its settings file (`-c`). */
export const latePidfile = `${platform.root}/late.py`;

/**
 * A busy host: between the look for an old pidfile and the writing of the own one time passes, in
 * which a second gunicorn looks too. That one takes the path after the first, in another second.
 */
export const latePidfileSource = `
import os, time
import gunicorn.pidfile as pids
validate, looks = pids.Pidfile.validate, "/run/looks"
def is_first():
    try:
        os.mkdir(looks)
    except FileExistsError:
        os.mkdir(looks + "/second")
        return False
    return True
def late(self):
    found = validate(self)
    first, last = is_first(), time.monotonic() + 60
    awaited = looks + "/second" if first else "${platform.socket}"
    while not os.path.exists(awaited) and time.monotonic() < last:
        time.sleep(0.01)
    time.sleep(0 if first else 1.1)
    return found
pids.Pidfile.validate = late
`;
