"""A git server on this machine: repositories over HTTP by git's own backend, with a token, moods and a record."""

from __future__ import annotations

import base64
import gzip
import json
import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit


class GitServer:
    """`token`: what it asks for, empty for nothing; `busy`: how many requests it will answer with 429; `seen`: the
    Authorization headers that came; `bodies`: what came with them, unpacked; `moved`: the host to
    which it sends whoever comes; `firm`: what `/api/orgs/firm/repos` lists."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.token = ""
        self.busy = 0
        self.seen: list[str] = []
        self.requests: list[str] = []
        self.bodies: list[bytes] = []
        self.firm: list[str] = []
        self.moved = ""
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._http.server_address[1]}"

    def url(self, name: str) -> str:
        return f"http://{self.host}/{name}"

    def allows(self, header: str) -> bool:
        expected = base64.b64encode(f"x-access-token:{self.token}".encode()).decode()
        return not self.token or header == f"Basic {expected}"

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


def _handler(server: GitServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._serve(b"")

        def do_POST(self) -> None:
            self._serve(self.rfile.read(int(self.headers.get("Content-Length", "0"))))

        def log_message(self, *_: object) -> None:
            pass

        def _serve(self, body: bytes) -> None:
            server.requests.append(self.path)
            header = self.headers.get("Authorization", "")
            server.seen.append(header)
            is_packed = self.headers.get("Content-Encoding") == "gzip"
            server.bodies.append(gzip.decompress(body) if is_packed else body)
            if server.busy:
                server.busy -= 1
                self.send_error(429)
            elif server.moved:
                self.send_response(302)
                self.send_header("Location", f"http://{server.moved}{self.path}")
                self.end_headers()
            elif not server.allows(header):
                self.send_error(401)
            elif self.path.startswith("/api/"):
                self._list()
            else:
                self._backend(body)

        def _list(self) -> None:
            body = json.dumps([{"clone_url": server.url(name)} for name in server.firm]).encode()
            self.send_response(200 if self.path.startswith("/api/orgs/firm/repos") else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _backend(self, body: bytes) -> None:
            parts = urlsplit(self.path)
            env = {"GIT_PROJECT_ROOT": str(server.root), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": parts.path,
                   "QUERY_STRING": parts.query, "REQUEST_METHOD": self.command, "PATH": os.environ["PATH"],
                   "CONTENT_TYPE": self.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(len(body)),
                   "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                   "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", "")}  # fmt: skip
            done = subprocess.run(
                ["git", "http-backend"], input=body, capture_output=True, env=env, check=False
            )
            head, _, content = done.stdout.partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
            self.send_response(int(headers.pop("Status", "200").split()[0]))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

    return Handler
