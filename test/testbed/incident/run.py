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
    body = json.dumps({"pid": os.getpid(), "parent": os.getppid()}).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response("200 OK", headers)
    return [body]
