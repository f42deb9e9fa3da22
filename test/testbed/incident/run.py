"""The application: holds HOLD_MB of memory in each worker and says which process answered."""
import json
import os
import time
from urllib.parse import parse_qs

# multiplied out, not only reserved: untouched pages are no memory
held = bytearray(b"x") * (int(os.environ.get("HOLD_MB", "0")) << 20)


def app(environ, start_response):
    query = {key: values[0] for key, values in parse_qs(environ["QUERY_STRING"]).items()}
    if "sleep" in query:
        time.sleep(float(query["sleep"]))
    if "hold" in query:
        wait_for_go(query["hold"], query["id"])
    said = {"pid": os.getpid(), "parent": os.getppid()}
    if "id" in query:
        said["id"] = query["id"]
    body = json.dumps(said).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response("200 OK", headers)
    return [body]


def wait_for_go(folder, name):
    """Says in a file who has the request, and waits until the folder has a file `go`."""
    with open(f"{folder}/.{name}", "w") as file:
        json.dump({"pid": os.getpid(), "parent": os.getppid()}, file)
    os.rename(f"{folder}/.{name}", f"{folder}/{name}")
    last = time.monotonic() + 110
    while not os.path.exists(f"{folder}/go") and time.monotonic() < last:
        time.sleep(0.02)
