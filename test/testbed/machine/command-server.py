"""Runs commands for the test that started the machine.

Each request is one line of JSON on the port: {"id", "command": [words], "stdin": base64,
"timeoutMs"}. Each answer is one line, in the order in which commands end: {"id", "exitCode",
"stdout", "stderr"} with base64, or {"id", "error"} when the command could not be started.
"""

import base64
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

# not what systemd gives this service: its INVOCATION_ID would mark whatever a test starts
environment = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "TERM": "dumb",
}
port = open(sys.argv[1], "r+b", buffering=0)
writing = threading.Lock()


def answer(message):
    line = memoryview(json.dumps(message).encode() + b"\n")
    with writing:
        while line:
            line = line[port.write(line):]


def run(request):
    # files, not pipes: a daemon that keeps its stdout open must not hold back the answer
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as stdout, \
            tempfile.TemporaryFile() as stderr:
        stdin.write(base64.b64decode(request["stdin"]))
        stdin.seek(0)
        # this service is spared by the OOM killer, what it runs must not be
        child = subprocess.Popen(
            ["choom", "-n", "0", "--", *request["command"]],
            stdin=stdin, stdout=stdout, stderr=stderr, cwd="/", env=environment, start_new_session=True,
        )
        try:
            child.wait(request["timeoutMs"] / 1000)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            stderr.seek(0, os.SEEK_END)
            stderr.write(b"killed after %d ms\n" % request["timeoutMs"])
        said = {}
        for name, file in (("stdout", stdout), ("stderr", stderr)):
            file.seek(0)
            said[name] = base64.b64encode(file.read()).decode()
    code = child.returncode
    return {"exitCode": code if code >= 0 else 128 - code, **said}


def serve(request):
    try:
        if shutil.which(request["command"][0]) is None:
            raise FileNotFoundError(f"no program {request['command'][0]}")
        answer({"id": request["id"], **run(request)})
    except Exception as error:
        answer({"id": request["id"], "error": str(error)})


pending = bytearray()
while part := port.read(1 << 16):
    pending += part
    if b"\n" in part:
        *lines, pending = pending.split(b"\n")
        for line in lines:
            threading.Thread(target=serve, args=(json.loads(line),), daemon=True).start()
