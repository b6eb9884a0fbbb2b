"""A price server on this machine, in a process of its own: `python server.py FOLDER`.

The folder has prices.json and cert.pem. Prints its port. The path says how it answers.
"""

from __future__ import annotations

import http.server
import ssl
import sys
import time
from pathlib import Path

FOLDER = Path(sys.argv[1])


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        name = self.path.strip("/")
        if name.startswith("redirect-"):
            targets = {
                "http": "http://localhost:1/prices.json",
                "file": "file:///etc/passwd",
                "data": "data:text/plain,hello",
                "loop": "/redirect-loop",
                "once": "/prices.json",
                "nowhere": "",
            }
            self.answer(b"", 302, Location=targets[name.removeprefix("redirect-")])
        elif name == "missing":
            self.answer(b"\x1b[2J gone", 404)
        elif name == "gzip":
            self.answer(b"\x1f\x8b", 200, **{"Content-Encoding": "gzip"})
        elif name == "page":
            self.answer(b"<!doctype html><title>Log in</title>", 200)
        elif name == "large":
            self.answer(b"x" * (8 * 1024 * 1024 + 1), 200)
        elif name == "endless":
            self.send_response(200)
            self.end_headers()
            self.close_connection = True
            for _ in range(9 * 16):
                self.wfile.write(b"x" * 65536)
        elif name == "drip":
            self.send_response(200)
            self.end_headers()
            self.close_connection = True
            for _ in range(100):
                self.wfile.write(b"x")
                time.sleep(0.1)
        elif name == "drip-headers":
            self.send_response(200)
            self.flush_headers()
            for n in range(90):
                self.wfile.write(f"X-{n}: x\r\n".encode())
                time.sleep(0.1)
        elif name == "silent":
            time.sleep(5)
        elif name == "short":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"{")
            self.close_connection = True
        elif name == "garbage":
            self.wfile.write(b"\x1b[2J this is not HTTP\r\n\r\n")
            self.close_connection = True
        else:
            self.answer((FOLDER / "prices.json").read_bytes(), 200)

    def answer(self, body: bytes, code: int, **headers: str) -> None:
        self.send_response(code)
        for header, value in headers.items():
            self.send_header(header, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def main() -> None:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(FOLDER / "cert.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
