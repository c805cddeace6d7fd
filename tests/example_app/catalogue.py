"""The catalogue that the example asks: it counts questions, and keeps answers back where a test says so."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from tests.example_app.waiting import SECONDS, wait_for

PRICE, SHELF = 250, "A1"
UNKNOWN = "unknown"


class FakeCatalogue:
    """Everything costs 250 and is on shelf A1, but for what is unknown."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: Counter[str] = Counter()
        self._held: dict[str, threading.Event] = {}

    def hold(self, question: str) -> None:
        """Answer this question (such as "/shelves tea") no more, until it is released."""
        self._held[question] = threading.Event()

    def release(self, question: str) -> None:
        self._held.pop(question).set()

    def wait_until_asked(self, question: str, times: int = 1) -> None:
        wait_for(lambda: self.asked[question] >= times, f"{times} times {question!r}")

    def answer(self, path: str) -> tuple[HTTPStatus, str]:
        parts = urlsplit(path)
        skus = [sku for _, sku in parse_qsl(parts.query)]
        question = f"{parts.path} {' '.join(skus)}"
        self.asked[question] += 1
        if question in self._held:
            self._held[question].wait(SECONDS)
        if UNKNOWN in skus:
            return HTTPStatus.NOT_FOUND, ""
        return HTTPStatus.OK, SHELF if parts.path == "/shelves" else str(PRICE * len(skus))

    def let_go(self) -> None:
        """Answer whoever still waits, dead or alive."""
        for held in self._held.values():
            held.set()


@contextmanager
def serving_catalogue() -> Iterator[FakeCatalogue]:
    """Serve one on the loopback."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = catalogue.answer(self.path)
            try:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())
            except ConnectionError:
                pass  # whoever asked is gone

        def log_message(self, *args: object) -> None:
            """Say nothing: a test that fails shows what the processes said."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    catalogue = FakeCatalogue(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield catalogue
    finally:
        catalogue.let_go()
        server.shutdown()
        thread.join()
        server.server_close()
