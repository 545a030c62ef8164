"""The HTTP of the Lambda Runtime API (2018-06-01), as far as a runtime speaks it.

Paths begin with the sandbox's key: /e1/2018-06-01/runtime/invocation/next.
"""

import asyncio
import socket


class Connection(asyncio.Protocol):
    """One HTTP/1.1 connection of a runtime."""

    def __init__(self, sandboxes: dict):
        self._sandboxes = sandboxes
        self._buffer = bytearray()

    def connection_made(self, transport) -> None:
        self._transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (request := _take_request(self._buffer)) is not None:
            self._serve(*request)

    def _serve(self, method: str, path: str, body: bytes) -> None:
        match (method, path.strip("/").split("/")):
            case ("GET", [key, "2018-06-01", "runtime", "invocation", "next"]) if key in self._sandboxes:
                self._sandboxes[key].poll(self)
            case ("POST", [key, "2018-06-01", "runtime", "invocation", request_id, "response" | "error" as kind]) if (
                key in self._sandboxes
            ):
                known = self._sandboxes[key].receive(request_id, body, kind == "error")
                self.reply(202 if known else 400, b'{"status":"OK"}' if known else b'{"errorType":"InvalidRequestID"}')
            case ("POST", [key, "2018-06-01", "runtime", "init", "error"]) if key in self._sandboxes:
                self._sandboxes[key].fail_init(body)
                self.reply(202, b'{"status":"OK"}')
            case _:
                self.reply(404, b"{}")

    def reply(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        reason = {200: "OK", 202: "Accepted", 400: "Bad Request", 404: "Not Found"}[status]
        head = [f"HTTP/1.1 {status} {reason}", "Content-Type: application/json", f"Content-Length: {len(body)}"]
        head += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self._transport.write("\r\n".join([*head, "", ""]).encode() + body)


def _take_request(buffer: bytearray) -> tuple[str, str, bytes] | None:
    """Cuts one whole request off the front of the buffer; None when there is none yet."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return None
    first, *rest = buffer[:end].decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
    start = end + 4
    if "chunked" in headers.get("transfer-encoding", "").lower():
        chunked = _take_chunks(buffer, start)
        if chunked is None:
            return None
        body, end = chunked
    else:
        end = start + int(headers.get("content-length") or 0)
        if len(buffer) < end:
            return None
        body = bytes(buffer[start:end])
    del buffer[:end]
    return method, path, body


def _take_chunks(buffer: bytearray, at: int) -> tuple[bytes, int] | None:
    chunks = []
    while True:
        line = buffer.find(b"\r\n", at)
        if line < 0:
            return None
        size = int(bytes(buffer[at:line]).split(b";")[0], 16)
        at = line + 2
        if size == 0:
            break
        if len(buffer) < at + size + 2:
            return None
        chunks.append(bytes(buffer[at : at + size]))
        at += size + 2
    while True:  # trailers, up to an empty line
        line = buffer.find(b"\r\n", at)
        if line < 0:
            return None
        empty = line == at
        at = line + 2
        if empty:
            return b"".join(chunks), at
