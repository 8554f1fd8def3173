"""One named thread a device: jobs go in, results come back on the main thread."""

import queue
import threading
from collections.abc import Callable
from typing import TypeVar, cast

Post = Callable[[Callable[[], None]], None]
T = TypeVar("T")


class Worker:
    """Runs jobs one after the other on its own thread; `done` runs wherever `post` brings it (the main thread)."""

    def __init__(self, name: str, post: Post) -> None:
        self.name = name
        self._post = post
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[], T], done: Callable[[T], None]) -> None:
        """Queue a job. An exception in it is a bug: it is raised again on the main thread, with its traceback."""

        def run() -> None:
            try:
                result = job()
            except BaseException as bug:  # noqa: BLE001 - carried to the main thread, where the hook reports it
                self._post(_raiser(bug))
                return
            self._post(lambda: done(result))

        self._jobs.put(run)

    def ask(self, job: Callable[[], T], timeout_s: float = 60.0) -> T:
        """Run a job here and wait for its answer on the calling thread, never the main one but at start-up.

        What the job raises is raised again; TimeoutError when the worker has been stopped or is stuck.
        """
        answers: queue.SimpleQueue[tuple[T | None, Exception | None]] = queue.SimpleQueue()

        def run() -> None:
            try:
                answers.put((job(), None))
            except Exception as refused:  # noqa: BLE001 - raised again on the caller's thread
                answers.put((None, refused))

        self._jobs.put(run)
        try:
            answer, refused = answers.get(timeout=timeout_s)
        except queue.Empty:
            raise TimeoutError(f"{self.name} does not answer") from None
        if refused is not None:
            raise refused
        return cast(T, answer)

    def stop(self, timeout_s: float = 5.0) -> None:
        """Finish what is queued and end the thread."""
        self._jobs.put(None)
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
            del job  # it holds its result, which may be a picture, and the next job may be long in coming


def _raiser(bug: BaseException) -> Callable[[], None]:
    def raise_it() -> None:
        raise bug

    return raise_it


class Pump:
    """A main thread without a window: what is posted waits here until the owner runs it."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def post(self, call: Callable[[], None]) -> None:
        self._calls.put(call)

    def run_one(self, timeout_s: float) -> bool:
        """Run the next posted call; False when none came within `timeout_s` seconds."""
        try:
            call = self._calls.get(timeout=timeout_s)
        except queue.Empty:
            return False
        call()
        return True
