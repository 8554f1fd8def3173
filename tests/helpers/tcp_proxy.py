"""A cable between two programs on this machine that misbehaves, one connection at a time."""

import contextlib
import hashlib
import socket
import struct
import threading
from collections import deque
from collections.abc import Iterator
from enum import Enum

PIECE = 1 << 14
FALSE_PORTAL = b"HTTP/1.1 200 OK\r\nContent-Length: 26\r\nContent-Type: text/html\r\n\r\n<html>Log in here.</html>\r\n"


class Fault(Enum):
    """What happens to a connection."""

    NONE = "passed on"
    DROP = "closed at once"
    RESET_MID_WAY = "reset after some of the request"
    STALL = "taken and never passed on"
    CUT_ANSWER = "the request arrives, the answer is cut off"
    FALSE_OK = "answered 200 with the right hash by somebody who throws it away"
    PORTAL = "answered by a log-in page"
    TWICE = "the request arrives twice"
    LATE = "cut off for the sender, and arrives when the next connection has come"
    DRIBBLE = "one byte at a time"


class Proxy:
    """Listens on `port` and passes on to `upstream`; `faults` are used up one a connection, then NONE."""

    def __init__(self, upstream: int, cut_after: int = 20_000) -> None:
        self.upstream, self._cut_after = upstream, cut_after
        self.faults: deque[Fault] = deque()
        self.seen: list[Fault] = []
        self._late: list[bytes] = []
        self._open: set[socket.socket] = set()
        self._ending = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, name="proxy")]
        self._threads[0].start()

    def close(self) -> None:
        self._ending.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for one in list(self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    def deliver_late(self) -> None:
        """Pass on the requests held back, as a network may long after."""
        while self._late:
            self._replay(self._late.pop(0))

    def _accept(self) -> None:
        while not self._ending.is_set():
            try:
                inner, _ = self._listener.accept()
            except OSError:
                return
            fault = self.faults.popleft() if self.faults else Fault.NONE
            self.seen.append(fault)
            self._open.add(inner)
            thread = threading.Thread(target=self._serve, args=(inner, fault), name="proxy-connection")
            self._threads.append(thread)
            thread.start()

    def _serve(self, inner: socket.socket, fault: Fault) -> None:
        with inner, contextlib.suppress(OSError):
            if fault is Fault.DROP:
                return
            if fault is Fault.STALL:
                while inner.recv(PIECE):
                    self._ending.wait(0.001)
                return
            if fault in (Fault.FALSE_OK, Fault.PORTAL, Fault.LATE):
                request = _request(inner)
                if fault is Fault.LATE:
                    self._late.append(request)
                    _reset(inner)
                else:
                    inner.sendall(_false_ok(request) if fault is Fault.FALSE_OK else FALSE_PORTAL)
                return
            if fault is Fault.RESET_MID_WAY:
                self._reset_mid_way(inner)
                return
            if fault is Fault.TWICE:
                request = _request(inner)
                self._replay(request)
                inner.sendall(self._replay(request))
                return
            self._pass_on(inner, fault)

    def _reset_mid_way(self, inner: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", self.upstream)) as outer:
            passed = 0
            while passed < self._cut_after and (data := inner.recv(PIECE)):
                if b"100-continue" in data:
                    inner.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
                outer.sendall(data)
                passed += len(data)
            _reset(outer)
            _reset(inner)

    def _pass_on(self, inner: socket.socket, fault: Fault) -> None:
        with socket.create_connection(("127.0.0.1", self.upstream)) as outer:
            self._open.add(outer)
            back = threading.Thread(target=self._answers, args=(outer, inner, fault), name="proxy-answers")
            back.start()
            with contextlib.suppress(OSError):
                while data := inner.recv(1 if fault is Fault.DRIBBLE else PIECE):
                    outer.sendall(data)
                outer.shutdown(socket.SHUT_WR)
            back.join()
            self._open.discard(outer)

    def _answers(self, outer: socket.socket, inner: socket.socket, fault: Fault) -> None:
        with contextlib.suppress(OSError):
            while data := outer.recv(1 if fault is Fault.DRIBBLE else PIECE):
                if fault is Fault.CUT_ANSWER and b"100 Continue" not in data:
                    _reset(inner)
                    return
                inner.sendall(data)
            inner.shutdown(socket.SHUT_RDWR)

    def _replay(self, request: bytes) -> bytes:
        """Send a whole request over a connection of its own; the answer, without the interim one."""
        with socket.create_connection(("127.0.0.1", self.upstream), timeout=5.0) as outer:
            outer.sendall(request)
            answer = b""
            while b"\r\n\r\n" not in answer.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n"):
                data = outer.recv(PIECE)
                if not data:
                    break
                answer += data
        return answer.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")


def _request(inner: socket.socket) -> bytes:
    """One whole HTTP request, with a go-ahead for its body."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += inner.recv(PIECE)
    head = data.partition(b"\r\n\r\n")[0].lower()
    if b"100-continue" in head:
        inner.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or b"0")
    while len(data) < len(head) + 4 + length:
        piece = inner.recv(PIECE)
        if not piece:
            break
        data += piece
    return data


def _false_ok(request: bytes) -> bytes:
    etag = hashlib.md5(request.partition(b"\r\n\r\n")[2], usedforsecurity=False).hexdigest()
    return f'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\nETag: "{etag}"\r\n\r\n'.encode()


def _reset(one: socket.socket) -> None:
    """Close with RST instead of FIN."""
    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    one.close()


@contextlib.contextmanager
def proxy(upstream: int) -> Iterator[Proxy]:
    """A proxy until the block ends."""
    one = Proxy(upstream)
    try:
        yield one
    finally:
        one.close()
