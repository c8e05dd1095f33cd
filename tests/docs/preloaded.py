"""`gridcase` for the commands of the docs, without paying for its imports each time.

A process that has imported the command line waits on a socket; for each command it forks, takes over the folder, the
environment and the open files of whoever asked, and runs the real command. `client` is the script that stands as `gridcase`
on PATH.
"""

import contextlib
import json
import os
import socket
import sys
from pathlib import Path

CLIENT = """\
#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect({place!r})
    asked = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
    socket.send_fds(server, [len(asked).to_bytes(8, "big")], [0, 1, 2])
    server.sendall(asked)
    sys.exit(int(server.recv(8) or b"1"))
"""


def client(folder: Path, place: Path) -> None:
    """Write the scripts `gridcase` and `python` into a folder."""
    scripts = {
        "gridcase": CLIENT.format(python=sys.executable, place=str(place)),
        "python": f'#!/bin/sh\nexec {sys.executable} "$@"\n',
    }
    for name, text in scripts.items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o755)


def _answer(asking: socket.socket) -> None:
    length, files, _, _ = socket.recv_fds(asking, 8, 3)
    with asking.makefile("rb") as sent:
        words, folder, environment = json.loads(sent.read(int.from_bytes(length, "big")))
    child = os.fork()
    if child == 0:
        for number, file in enumerate(files):
            os.dup2(file, number)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = ["gridcase", *words]
        _run()
    for file in files:
        os.close(file)
    _, status = os.waitpid(child, 0)
    with contextlib.suppress(BrokenPipeError):
        asking.sendall(str(os.waitstatus_to_exitcode(status)).encode())


def _run() -> None:
    from app.cli.__main__ import main

    code: object = 1
    try:
        main()
    except SystemExit as ended:
        code = ended.code
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


def serve(place: str) -> None:
    """Wait for commands until the process that started this one ends."""
    import app.cli.__main__  # noqa: F401 (before the first fork)

    with socket.socket(socket.AF_UNIX) as server:
        server.bind(place)
        server.listen()
        while True:
            asking, _ = server.accept()
            with asking:
                _answer(asking)


if __name__ == "__main__":
    serve(sys.argv[1])
