"""long-requests.py FOLDER COUNT

Asks COUNT requests through nginx at once that are answered when FOLDER has a file `go`, and prints
how each went.
"""
import http.client
import json
import sys
import threading
import time

folder, count = sys.argv[1], int(sys.argv[2])
answers = [None] * count


def ask(number):
    connection = http.client.HTTPConnection("127.0.0.1", 80, timeout=118)
    status, said, why = None, None, None
    try:
        connection.request("GET", f"/?hold={folder}&id={number}")
        answer = connection.getresponse()
        status, body = answer.status, answer.read()
        said = json.loads(body) if status == 200 else None
    except (OSError, ValueError, http.client.HTTPException) as error:
        why = repr(error)
    finally:
        connection.close()
    answers[number] = {"status": status, "said": said, "why": why, "endedMs": time.time() * 1000}


threads = [threading.Thread(target=ask, args=(number,)) for number in range(count)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps(answers))
