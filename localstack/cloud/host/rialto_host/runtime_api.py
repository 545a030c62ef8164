"""The Lambda Runtime API for any number of execution environments, served by one thread.

Every environment is a Sandbox: a process, and a path below which its runtime polls for invocations. The
server's thread starts the processes too, for two reasons: their pipes and exits are events of its loop, and
the kernel ends a child when the *thread* that started it ends, and this thread never does.
"""

import asyncio
import concurrent.futures
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import threading

from rialto_host.runtime_http import Connection

# AWS's limit for a synchronous response: 6 MB and a little.
MOST_RESPONSE = 6 * 1024 * 1024 + 100
# A line without an end is cut here.
MOST_LINE = 256 * 1024

LOOPBACK = "127.0.0.1"


class StartFailed(Exception):
    """The process did not get as far as asking for its first invocation."""

    def __init__(self, payload: dict):
        super().__init__(payload.get("errorMessage"))
        self.payload = payload


class Outcome:
    """What came of an invocation: the response or error document, and what was printed."""

    def __init__(self, body: bytes, is_error: bool):
        self.body = body
        self.is_error = is_error
        self.lines: list[str] = []


class Host:
    """The server and its thread."""

    def __init__(self):
        self._sandboxes: dict[str, Sandbox] = {}
        self._numbers = itertools.count(1)
        self._logs: dict[str, int] = {}
        self.loop = asyncio.new_event_loop()
        listener = socket.create_server((LOOPBACK, 0), backlog=1024)
        self.port = listener.getsockname()[1]
        self.loop.run_until_complete(self.loop.create_server(lambda: Connection(self._sandboxes), sock=listener))
        threading.Thread(target=self.loop.run_forever, name="runtime-api", daemon=True).start()
        # setpriv lets the kernel end the process with us; it is part of util-linux.
        setpriv = shutil.which("setpriv")
        self.launcher = [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []

    def sandbox(self, argv: list[str], folder: str, env: dict[str, str], log_file: str) -> "Sandbox":
        key = f"e{next(self._numbers)}"
        env = env | {"AWS_LAMBDA_RUNTIME_API": f"{LOOPBACK}:{self.port}/{key}"}
        sandbox = Sandbox(self, key, [*self.launcher, *argv], folder, env, log_file)
        self._sandboxes[key] = sandbox
        return sandbox

    def forget(self, key: str) -> None:
        self._sandboxes.pop(key, None)

    def call(self, function, *args) -> None:
        """Runs a function on the server's thread."""
        self.loop.call_soon_threadsafe(function, *args)

    def append(self, path: str, text: str) -> None:
        """Appends to a log file; on the server's thread only."""
        descriptor = self._logs.get(path)
        if descriptor is None:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o644)
            self._logs[path] = descriptor
        os.write(descriptor, text.encode())


class Sandbox:
    """One execution environment. Methods without an underscore are for other threads."""

    def __init__(self, host: Host, key: str, argv: list[str], folder: str, env: dict[str, str], log_file: str):
        self._host = host
        self._key = key
        self._argv = argv
        self._folder = folder
        self._env = env
        self._log_file = log_file
        # The rest belongs to the server's thread.
        self._process: subprocess.Popen | None = None
        self._started: concurrent.futures.Future | None = None
        self._exited = threading.Event()
        self._exited.set()
        self._init_error: dict | None = None
        self._waiting: Connection | None = None
        self._current: tuple[str, concurrent.futures.Future] | None = None
        self._queued: dict | None = None
        self._partial = b""
        self._lines: list[str] = []

    def start(self, within: float) -> None:
        """Starts the process and returns when its runtime asks for work. Raises StartFailed."""
        started: concurrent.futures.Future = concurrent.futures.Future()
        self._host.call(self._spawn, started)
        try:
            started.result(within)
        except concurrent.futures.TimeoutError:
            self.kill()
            message = f"the function did not ask for an invocation within {within:.0f} seconds"
            raise StartFailed({"errorType": "Sandbox.Timedout", "errorMessage": message}) from None

    def invoke(self, request_id: str, headers: dict[str, str], payload: bytes, within: float) -> Outcome:
        """Hands one invocation to the process and waits for what comes of it. A process that crashed or
        was killed before is started anew first."""
        done: concurrent.futures.Future = concurrent.futures.Future()
        if self._exited.is_set():
            try:
                self.start(within=20)
            except StartFailed as failure:
                return self._finish(Outcome(json.dumps(failure.payload).encode(), True))
        self._host.call(self._offer, request_id, headers, payload, done)
        try:
            outcome = done.result(within)
        except concurrent.futures.TimeoutError:
            self.kill()
            outcome = _failure("Sandbox.Timedout", request_id, f"Task timed out after {within:.2f} seconds")
        return self._finish(outcome)

    def kill(self) -> None:
        """Ends the process and waits until it is gone."""
        self._host.call(self._kill)
        self._exited.wait(5)

    def close(self) -> None:
        self.kill()
        self._host.forget(self._key)

    def note(self, line: str) -> None:
        """Adds a line of ours to the function's log file."""
        self._host.call(self._host.append, self._log_file, line + "\n")

    def _finish(self, outcome: Outcome) -> Outcome:
        taken: concurrent.futures.Future = concurrent.futures.Future()
        self._host.call(lambda: taken.set_result(self._take_lines()))
        outcome.lines = taken.result(5)
        return outcome

    def _spawn(self, started: concurrent.futures.Future) -> None:
        self._started = started
        self._init_error = None
        self._queued = self._waiting = self._current = None
        try:
            process = subprocess.Popen(
                self._argv,
                cwd=self._folder,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            pidfd = os.pidfd_open(process.pid)
        except OSError as failure:
            self._started = None
            message = f"the function could not be started: {failure}"
            started.set_exception(StartFailed({"errorType": "Runtime.InvalidEntrypoint", "errorMessage": message}))
            return
        self._process = process
        self._exited.clear()
        os.set_blocking(process.stdout.fileno(), False)
        self._host.loop.add_reader(process.stdout.fileno(), self._read, process)
        self._host.loop.add_reader(pidfd, self._gone, process, pidfd)

    def _kill(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)

    def _gone(self, process: subprocess.Popen, pidfd: int) -> None:
        self._host.loop.remove_reader(pidfd)
        os.close(pidfd)
        status = process.wait()
        self._read(process)
        if not process.stdout.closed:  # a grandchild may still hold the pipe
            self._host.loop.remove_reader(process.stdout.fileno())
            process.stdout.close()
        if process is not self._process:
            return
        self._waiting = None
        ending = f"signal: {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
        if self._started:
            failure = self._init_error or {
                "errorType": "Runtime.ExitError",
                "errorMessage": f"Error: Runtime exited with error: {ending}",
            }
            self._started.set_exception(StartFailed(failure))
            self._started = None
        if self._current:
            request_id, done = self._current
            self._current = None
            if not done.done():
                done.set_result(_failure("Runtime.ExitError", request_id, f"Runtime exited with error: {ending}"))
        self._exited.set()

    def _read(self, process: subprocess.Popen) -> None:
        if process.stdout.closed:
            return
        descriptor = process.stdout.fileno()
        while True:
            try:
                data = os.read(descriptor, 65536)
            except BlockingIOError:
                return
            if not data:
                self._host.loop.remove_reader(descriptor)
                process.stdout.close()
                self._print(b"\n" if self._partial else b"")
                return
            self._print(data)

    def _print(self, data: bytes) -> None:
        *whole, self._partial = (self._partial + data).split(b"\n")
        if len(self._partial) > MOST_LINE:
            whole.append(self._partial)
            self._partial = b""
        if whole:
            lines = [line.decode(errors="replace") for line in whole]
            self._lines.extend(lines)
            self._host.append(self._log_file, "\n".join(lines) + "\n")

    def _take_lines(self) -> list[str]:
        if self._process:
            self._read(self._process)  # what was printed before the response is in the pipe by now
        lines, self._lines = self._lines, []
        return lines

    def _offer(self, request_id: str, headers: dict[str, str], payload: bytes, done: concurrent.futures.Future) -> None:
        if self._exited.is_set():
            done.set_result(_failure("Runtime.ExitError", request_id, "Runtime exited before the invocation"))
            return
        self._current = (request_id, done)
        self._queued = {"headers": headers, "payload": payload}
        self._hand_out()

    def _hand_out(self) -> None:
        if self._waiting and self._queued:
            connection, invocation = self._waiting, self._queued
            self._waiting = self._queued = None
            connection.reply(200, invocation["payload"], invocation["headers"])

    def poll(self, connection: Connection) -> None:
        """The runtime asks for an invocation; on the server's thread."""
        if self._started:
            self._started.set_result(None)
            self._started = None
        self._waiting = connection
        self._hand_out()

    def receive(self, request_id: str, body: bytes, is_error: bool) -> bool:
        """The runtime answers an invocation; on the server's thread."""
        if not self._current or self._current[0] != request_id:
            return False
        done = self._current[1]
        self._current = None
        if len(body) > MOST_RESPONSE:
            message = f"Response payload size exceeded maximum allowed payload size ({MOST_RESPONSE} bytes)."
            outcome = _failure("Function.ResponseSizeTooLarge", request_id, message)
        else:
            outcome = Outcome(body, is_error)
        if not done.done():
            done.set_result(outcome)
        return True

    def fail_init(self, body: bytes) -> None:
        """The runtime tells why it cannot start; on the server's thread."""
        try:
            self._init_error = json.loads(body)
        except ValueError:
            self._init_error = {"errorType": "Runtime.Unknown", "errorMessage": body.decode(errors="replace")}


def _failure(kind: str, request_id: str, message: str) -> Outcome:
    document = {"errorType": kind, "errorMessage": f"RequestId: {request_id} Error: {message}"}
    return Outcome(json.dumps(document).encode(), True)
