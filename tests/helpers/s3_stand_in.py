"""A stand-in for an object store: just the requests that delivery makes, over HTTP, in memory, versions kept.

It is no S3: it checks no signatures (only which account asks), knows no multipart, no locks, and of policies this one:
a station puts below its name and gets its receipts. What it proves is proven again against a real gateway.
"""

import hashlib
import ssl
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from station.delivery.store import Credentials, ObjectStore, StorePlace

BUCKET = "ktpel"
RECEIVER = "receiver"
PAGE = 5


@dataclass
class StandIn:
    """The store's memory: every version of every key, newest last; `refuse` makes it answer with a code and status."""

    port: int = 0
    objects: dict[str, list[bytes]] = field(default_factory=dict)
    refuse: tuple[str, int] | None = None
    requests: list[tuple[str, str]] = field(default_factory=list)

    def store(self, account: str, port: int | None = None, silence_s: float = 5.0) -> ObjectStore:
        """A door to it by an account, straight or through a proxy's port."""
        place = StorePlace(f"http://127.0.0.1:{port or self.port}", BUCKET)
        return ObjectStore(place, Credentials(account, "secret"), silence_s)

    def keys(self, suffix: str) -> list[str]:
        return sorted(key for key in self.objects if key.endswith(suffix))


@contextmanager
def stand_in(tls: ssl.SSLContext | None = None) -> Iterator[StandIn]:
    """The store on a port of the loopback until the block ends, over TLS where a context is given."""
    memory = StandIn()

    class Handler(_Handler):
        store = memory

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """A client that turns away is its own affair."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    memory.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="s3-stand-in")
    thread.start()
    try:
        yield memory
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    store: StandIn
    protocol_version = "HTTP/1.1"
    timeout = 1.0

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if len(body) < int(self.headers.get("Content-Length", "0")):
            self.close_connection = True
            return
        key, account = self._asked("PUT")
        if self.store.refuse is not None:
            self._refuse(*self.store.refuse)
        elif not self._may_put(account, key):
            self._refuse("AccessDenied", 403)
        elif self.headers.get("Content-MD5") != b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode():
            self._refuse("BadDigest", 400)
        else:
            self.store.objects.setdefault(key, []).append(body)
            self._answer(200, b"", etag=hashlib.md5(body, usedforsecurity=False).hexdigest())

    def do_GET(self) -> None:
        key, account = self._asked("GET")
        if self.store.refuse is not None:
            self._refuse(*self.store.refuse)
        elif not key:
            if account == RECEIVER:
                self._answer(200, self._listing())
            else:
                self._refuse("AccessDenied", 403)
        elif account != RECEIVER and (
            not key.startswith(f"ktpel/receipts/{account}/") or key not in self.store.objects
        ):
            self._refuse("AccessDenied", 403)
        elif key not in self.store.objects:
            self._refuse("NoSuchKey", 404)
        else:
            self._answer(200, self.store.objects[key][-1])

    def _asked(self, method: str) -> tuple[str, str]:
        path = unquote(urlsplit(self.path).path)
        key = path.removeprefix(f"/{BUCKET}").lstrip("/")
        self.store.requests.append((method, key))
        account = self.headers.get("Authorization", "").partition("Credential=")[2].partition("/")[0]
        return key, account

    def _may_put(self, account: str, key: str) -> bool:
        prefix = "ktpel/receipts/" if account == RECEIVER else f"ktpel/{account}/"
        return key.startswith(prefix)

    def _listing(self) -> bytes:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        prefix, delimiter = asked.get("prefix", ""), asked.get("delimiter", "")
        after = asked.get("continuation-token") or asked.get("start-after", "")
        keys, folders = [], set()
        for key in sorted(self.store.objects):
            head, cut, _ = key.removeprefix(prefix).partition("/")
            if key.startswith(prefix) and delimiter and cut:
                folders.add(f"{prefix}{head}/")
            elif key.startswith(prefix) and key > after:
                keys.append(key)
        page, more = keys[:PAGE], len(keys) > PAGE
        listed = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(self.store.objects[key][-1])}</Size>"
            f"<ETag>{len(self.store.objects[key])}</ETag></Contents>"
            for key in page
        )
        listed += "".join(f"<CommonPrefixes><Prefix>{escape(one)}</Prefix></CommonPrefixes>" for one in sorted(folders))
        token = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if more else ""
        truncated = "true" if more else "false"
        return (
            f"<ListBucketResult><Name>{BUCKET}</Name><IsTruncated>{truncated}</IsTruncated>{token}{listed}"
            "</ListBucketResult>"
        ).encode()

    def _refuse(self, code: str, status: int) -> None:
        self._answer(status, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode())

    def _answer(self, status: int, body: bytes, etag: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if etag:
            self.send_header("ETag", f'"{etag}"')
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""
