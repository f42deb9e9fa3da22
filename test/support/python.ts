/** The interpreter that Debian's gunicorn belongs to; another python3 may come first on PATH. */
export const debianPython = "/usr/bin/python3";

/**
 * A WSGI app `app:app`. Answers with `{"pid", "parent"}` of the worker. HOLD_MB in the
 * environment makes it hold that much anonymous memory from its import on. `?sleep=SECONDS`
 * answers late, `?hold=PATH` once that file is there, `?taken=PATH` makes a file once a worker has
 * the request, `?spawn=MB` first starts a child that stays and holds that much memory,
 * `?comm=TEXT` first changes the kernel's name of the worker.
 */
export const appSource = `import json, os, subprocess, sys, time
from urllib.parse import parse_qs

# multiplied out, not only reserved: untouched pages are no memory
held = bytearray(b"x") * (int(os.environ.get("HOLD_MB", "0")) << 20)
child = 'import sys, time; held = bytearray(b"x") * (int(sys.argv[1]) << 20); time.sleep(600)'

def app(environ, start_response):
    query = {key: values[0] for key, values in parse_qs(environ["QUERY_STRING"]).items()}
    if "spawn" in query:
        # keeps the inherited lease open, so that the test's cleanup finds it
        subprocess.Popen([sys.executable, "-c", child, query["spawn"]], close_fds=False)
    if "comm" in query:
        with open("/proc/self/comm", "w") as comm:
            comm.write(query["comm"])
    if "taken" in query:
        open(query["taken"], "w").close()
    if "sleep" in query:
        time.sleep(float(query["sleep"]))
    last = time.monotonic() + 110
    while "hold" in query and not os.path.exists(query["hold"]) and time.monotonic() < last:
        time.sleep(0.02)
    body = json.dumps({"pid": os.getpid(), "parent": os.getppid()}).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
`;

/**
 * For `inside`: binds and listens at argv[1] and hands the listener to the gunicorn on the
 * rest of the command line as systemd does. With argv[2] "stay" it goes on holding the
 * listener as the parent, as systemd does for a socket unit; with "exec" it becomes gunicorn.
 */
export const activator = `import os, socket, sys, time
# descriptor 3 is the lease of the test and has to make room
os.dup2(3, 9, inheritable=True)
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen(64)
if sys.argv[2] == "stay" and os.fork() != 0:
    time.sleep(600)
os.dup2(listener.fileno(), 3, inheritable=True)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv(sys.argv[3], sys.argv[3:])
`;

/** For `inside`: runs the rest of the command line and never reaps it, so that it stays a zombie. */
export const neverReaps = `import subprocess, sys, time
subprocess.Popen(sys.argv[1:], close_fds=False)
time.sleep(600)
`;

/** A server that is no gunicorn: takes over the path argv[1] and answers nobody. */
export const otherServer = `import os, socket, sys, time
if os.path.exists(sys.argv[1]):
    os.unlink(sys.argv[1])
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen(64)
time.sleep(600)
`;

/** Listens on the abstract name argv[1], which may hold newlines and so forge rows of tables. */
export const forger = `import socket, sys, time
listener = socket.socket(socket.AF_UNIX)
listener.bind(b"\\0" + sys.argv[1].encode())
listener.listen(64)
time.sleep(600)
`;

/** Has the name of a gunicorn master and catches what one catches, but holds no listener. */
export const lookalike = `import signal, time
for name in "HUP INT QUIT USR1 USR2 TERM CHLD TTIN TTOU WINCH".split():
    signal.signal(getattr(signal, "SIG" + name), lambda *_: None)
with open("/proc/self/comm", "w") as comm:
    comm.write("gunicorn: master [app:app]")
time.sleep(600)
`;
