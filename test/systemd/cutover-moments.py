"""cutover-moments.py RECORD MOMENTS COMMAND...

Runs COMMAND, whose steps are in RECORD, and does something to it at moments that are given as
JSON: [[step|gone|there, which, seconds after, a signal's name or lines for a shell], ...]. Prints
how many of them came before its end, how it ended and what it said.
"""
import json
import os
import signal
import subprocess
import sys
import time

record, moments, *words = sys.argv[1:]


def step():
    try:
        with open(record) as file:
            read = json.load(file)
    except (FileNotFoundError, ValueError):
        return None
    return read["steps"][-1]["step"] if read["outcome"] is None and read["steps"] else None


came = {
    "step": lambda name: step() == name,
    "gone": lambda path: not os.path.lexists(path),
    "there": os.path.lexists,
}
with open("/root/said", "w") as said:
    command = subprocess.Popen(words, stdout=said, stderr=said)
met = 0
for on, what, after, act in json.loads(moments):
    while command.poll() is None and not came[on](what):
        # between two files may be less than a millisecond
        time.sleep(0.0005 if on == "step" else 0)
    time.sleep(after)
    if command.poll() is not None:
        break
    if act.startswith("SIG"):
        os.kill(command.pid, getattr(signal, act))
    else:
        subprocess.run(act, shell=True, check=True)
    met += 1
command.wait()
with open("/root/said") as said:
    print(json.dumps({"met": met, "exitCode": command.returncode, "said": said.read()}))
