"""load.py GOING PER_SECOND LIMIT_S

Asks through nginx at a fixed rate, each request on a connection of its own and with a name of its
own, as long as the file GOING is there and at most LIMIT_S seconds. Makes GOING.first at the first
answer. Prints how many were asked, by which master they were answered, and every failure.
"""
import collections
import json
import os
import socket
import sys
import threading
import time

going, per_second, limit_s = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
threads = 16
patience_s = 15
told_failures = 1000

lock = threading.Lock()
answers, failures = collections.Counter(), []
asked = failed = 0
slowest_s = 0.0
started = time.monotonic()
over = threading.Event()


def ask(name):
    """The pid of the master whose worker answered; raises with what was wrong."""
    with socket.create_connection(("127.0.0.1", 80), timeout=patience_s) as connection:
        lines = f"GET /?id={name} HTTP/1.0\r\nHost: platform\r\nConnection: close\r\n\r\n"
        connection.sendall(lines.encode())
        answer = b""
        while more := connection.recv(65536):
            answer += more
    head, _, body = answer.partition(b"\r\n\r\n")
    status = head.split(b"\r\n")[0].decode("latin1")
    if " 200 " not in f"{status} ":
        raise ValueError(f"answered {status!r}")
    said = json.loads(body)
    if said["id"] != name:
        raise ValueError(f"asked {name}, answered {said['id']}")
    return said["parent"]


def work(first):
    global asked, failed, slowest_s
    for number in range(first, int(per_second * limit_s), threads):
        # by the clock, not after a pause: who is late catches up, and the rate stays
        if over.wait(max(0, started + number / per_second - time.monotonic())):
            return
        begun, at_ms = time.monotonic(), time.time() * 1000
        parent, why = None, None
        try:
            parent = ask(f"{os.getpid()}-{number}")
        except (OSError, ValueError, KeyError) as error:
            why = repr(error)
        with lock:
            asked += 1
            slowest_s = max(slowest_s, time.monotonic() - begun)
            if why is None:
                answers[parent] += 1
            else:
                failed += 1
                if len(failures) < told_failures:
                    failures.append({"atMs": at_ms, "why": why})
        if why is None and not os.path.exists(f"{going}.first"):
            open(f"{going}.first", "w").close()


workers = [threading.Thread(target=work, args=(first,)) for first in range(threads)]
for worker in workers:
    worker.start()
while os.path.exists(going) and any(worker.is_alive() for worker in workers):
    time.sleep(0.02)
over.set()
took_s = time.monotonic() - started
for worker in workers:
    worker.join()
print(
    json.dumps(
        {
            "asked": asked,
            "perSecond": asked / took_s,
            "slowestMs": slowest_s * 1000,
            "byMaster": answers,
            "failed": failed,
            "failures": failures,
        }
    )
)
