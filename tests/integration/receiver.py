# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""A server of HTTP on the loopback that takes notifications, and fails as it is told: what the stand-ins of receivers share."""

import collections
import http.server
import json
import socket
import socketserver
import threading
import time

BODY_MAX = 16 << 20  # more than any receiver takes

Arrived = collections.namedtuple("Arrived", "time path headers body status")


class Refusal(Exception):
    """What a receiver answers instead of taking a notification: a status, its body and more headers."""

    def __init__(self, status, body, headers=()):
        super().__init__("%d %r" % (status, body))
        self.status = status
        self.body = body
        self.headers = dict(headers)


def strict_json(data):
    """The value of a JSON text in UTF-8; ValueError for whatever else, and for a key that comes twice."""
    def once(pairs):
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("a key that comes twice: %s" % [key for key, _ in pairs])
        return found

    def no_constant(word):
        raise ValueError("no JSON: " + word)
    return json.loads(data.decode("utf-8"), object_pairs_hook=once, parse_constant=no_constant)


class _Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port, handler):
        super().__init__(("127.0.0.1", port), handler, bind_and_activate=False)
        self.connections = set()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self.server_bind()
        self.server_activate()

    def process_request(self, request, client_address):
        self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        self.connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request, client_address):
        """A client that leaves is no error of ours."""


class Receiver:
    """Runs from start() to stop(), or in a `with`. take(path, headers, body) is what a kind of receiver does with a request:
    (status, body, headers), or Refusal.

    arrived: all requests so far, oldest first. refused: why those were refused that a correct sender never sends.
    """

    def __init__(self):
        # Holds the port while the receiver is down: nobody listens there, and nobody else can.
        self._holder = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._holder.bind(("127.0.0.1", 0))
        self.port = self._holder.getsockname()[1]
        self.url = "http://127.0.0.1:%d" % self.port
        self.lock = threading.RLock()
        self.arrived = []
        self.refused = []
        self._faults = []
        self._released = threading.Event()
        self._server = None

    # --- Life -----------------------------------------------------------------------------------

    def __enter__(self):
        return self.up()

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.down()
        self._holder.close()

    def up(self):
        """Listens, on the same port as before."""
        if self._server is None:
            receiver = self

            class Handler(_Handler):
                owner = receiver
            self._released = threading.Event()
            self._server = _Server(self.port, Handler)
            threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def down(self):
        """Refuses connections, and ends those that are open."""
        if self._server is None:
            return
        self._released.set()
        self._server.shutdown()
        self._server.socket.close()
        for connection in list(self._server.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self._server = None

    def forget(self):
        """As if nothing had come yet; faults end."""
        with self.lock:
            self.arrived.clear()
            self.refused.clear()
        self.clear_faults()

    # --- Faults ---------------------------------------------------------------------------------

    def fail(self, times=-1, status=None, body=b"", headers=(), stall=False, delay=0.0, lose_answer=False, match=None):
        """The next `times` requests (-1: all) for which match(body) holds are answered with this status, or after a delay, or
        never (stall), or are taken and the connection closed without a word (lose_answer)."""
        with self.lock:
            self._faults.append({"times": times, "status": status, "body": body, "headers": dict(headers), "stall": stall,
                                 "delay": delay, "lose_answer": lose_answer, "match": match})

    def clear_faults(self):
        """What is stalled is let go."""
        with self.lock:
            self._faults.clear()
            self._released.set()
            self._released = threading.Event()

    def _fault(self, body):
        with self.lock:
            for fault in self._faults:
                if fault["times"] != 0 and (fault["match"] is None or fault["match"](body)):
                    fault["times"] -= 1
                    return fault
        return None

    # --- Requests -------------------------------------------------------------------------------

    def refuse(self, status, why, body, headers=()):
        """A Refusal of what no correct sender sends."""
        with self.lock:
            self.refused.append(why)
        return Refusal(status, body, headers)

    def take(self, path, headers, body):
        raise NotImplementedError

    def answer(self, path, headers, body):
        """(status, body, headers) of the answer; None: none."""
        fault = self._fault(body)
        released = self._released
        if fault and fault["delay"]:
            released.wait(fault["delay"])
        if fault and fault["stall"]:
            self._note(path, headers, body, None)
            released.wait()
            return None
        if fault and fault["status"]:
            self._note(path, headers, body, fault["status"])
            return fault["status"], fault["body"], fault["headers"]
        with self.lock:
            try:
                status, text, more = self.take(path, headers, body)
            except Refusal as refusal:
                status, text, more = refusal.status, refusal.body, refusal.headers
            self._note(path, headers, body, status)
        return None if fault and fault["lose_answer"] else (status, text, more)

    def _note(self, path, headers, body, status):
        with self.lock:
            self.arrived.append(Arrived(time.time(), path, headers, body, status))

    def taken(self):
        """Those that were answered with 2xx."""
        with self.lock:
            return [one for one in self.arrived if one.status is not None and 200 <= one.status < 300]


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    owner = None

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        pass

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > BODY_MAX:
            self.close_connection = True
            self._send(411, b"", {})
            return
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            self.close_connection = True
            return
        answer = self.owner.answer(self.path, self.headers, body)
        if answer is None:
            self.close_connection = True
            return
        self._send(*answer)

    def _send(self, status, body, headers):
        kind = "text/plain"
        if isinstance(body, (dict, list)):
            body, kind = json.dumps(body).encode(), "application/json"
        elif isinstance(body, str):
            body = body.encode()
        self.send_response(status)
        for name, value in {"Content-Type": kind, **headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
