"""Starts gunicorn in the background and does not wait for it."""
import os
import shlex
import subprocess

root = os.path.dirname(os.path.abspath(__file__))
subprocess.Popen(
    [
        "gunicorn",
        "-w", os.environ.get("WORKERS", "4"),
        "--daemon",
        "--pid", "gunicorn.pid",
        "-b", "unix:sampleplatform.sock",
        "-m", "007",
        "-g", "www-data",
        "-u", "www-data",
        f"--chdir={root}",
        "--log-level", "debug",
        "--timeout", "120",
        "--access-logfile", f"{root}/logs/access.log",
        "--capture-output",
        "--log-file", f"{root}/logs/error.log",
        *shlex.split(os.environ.get("GUNICORN_OPTIONS", "")),
        "run:app",
    ]
)
