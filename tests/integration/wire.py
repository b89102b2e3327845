# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""SNMPv2c and AgentX by hand: values as they are on the wire, PDUs one by one, and a master agent that sends what no
real one would."""

import os
import select
import socket
import struct
import time

from scene import MARGIN_SECONDS

INTEGER, OCTETS, NULL, OID, COUNTER, GAUGE, TICKS = 0x02, 0x04, 0x05, 0x06, 0x41, 0x42, 0x43
NO_OBJECT, NO_INSTANCE, END_OF_VIEW = 0x80, 0x81, 0x82
GET, GET_NEXT, RESPONSE, SET, GET_BULK = 0xA0, 0xA1, 0xA2, 0xA3, 0xA5
TOO_BIG, GENERAL_ERROR, NO_ACCESS, NOT_WRITABLE = 1, 5, 6, 17
DATAGRAM_MAX = 65507


def numbers(oid):
    """"1.3.6" as a tuple, which Python orders as SNMP does."""
    return oid if isinstance(oid, tuple) else tuple(map(int, oid.strip(".").split(".")))


def dotted(oid):
    return ".".join(map(str, oid))


# --- BER ----------------------------------------------------------------------------------------


def _length(size):
    if size < 0x80:
        return bytes([size])
    data = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(data)]) + data


def _field(tag, data):
    return bytes([tag]) + _length(len(data)) + data


def _integer(number, tag=INTEGER):
    return _field(tag, number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))


def _base128(number):
    parts = [number & 0x7F]
    while number := number >> 7:
        parts.append(0x80 | number & 0x7F)
    return bytes(reversed(parts))


def _oid(oid):
    return _field(OID, b"".join(_base128(number) for number in (40 * oid[0] + oid[1], *oid[2:])))


def _value(tag, value):
    if tag == OCTETS:
        return _field(tag, value)
    return _field(NULL, b"") if tag == NULL else _integer(value, tag)


def _fields(data):
    """(tag, content) of one BER field after the other."""
    at = 0
    while at < len(data):
        tag, size = data[at], data[at + 1]
        at += 2
        if size & 0x80:
            count = size & 0x7F
            size = int.from_bytes(data[at:at + count], "big")
            at += count
        assert at + size <= len(data), "a field that is longer than what holds it"
        yield tag, data[at:at + size]
        at += size


def _read_oid(data):
    found, number = [], 0
    for byte in data:
        number = number << 7 | byte & 0x7F
        if not byte & 0x80:
            found.append(number)
            number = 0
    return (found[0] // 40, found[0] % 40, *found[1:])


def _read_value(tag, data):
    if tag == OCTETS:
        return data
    if tag == OID:
        return _read_oid(data)
    if tag in (NULL, NO_OBJECT, NO_INSTANCE, END_OF_VIEW):
        return None
    return int.from_bytes(data, "big", signed=tag == INTEGER)


class Refused(Exception):
    """An answer with an error-status."""

    def __init__(self, status, which):
        super().__init__("error-status %d, error-index %d" % (status, which))
        self.status = status
        self.which = which


class Client:
    """Asks an SNMP agent on a port of this host. Varbinds are (oid, tag, value), oids tuples of numbers."""

    def __init__(self, port, community="public", seconds=MARGIN_SECONDS):
        self.community = community.encode()
        self.seconds = seconds
        self.request_id = 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(("127.0.0.1", port))

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def _message(self, kind, varbinds, first, second):
        self.request_id += 1
        listed = b"".join(_field(0x30, _oid(oid) + _value(tag, value)) for oid, tag, value in varbinds)
        pdu = _field(kind, _integer(self.request_id) + _integer(first) + _integer(second) + _field(0x30, listed))
        return _field(0x30, _integer(1) + _field(OCTETS, self.community) + pdu)

    def ask(self, kind, varbinds, first=0, second=0):
        """The varbinds of the answer; Refused when it has an error-status."""
        self.socket.send(self._message(kind, varbinds, first, second))
        deadline = time.monotonic() + self.seconds
        while True:
            readable, _, _ = select.select([self.socket], [], [], max(0, deadline - time.monotonic()))
            assert readable, "no answer in %d s" % self.seconds
            (_, message), = _fields(self.socket.recv(DATAGRAM_MAX + 1))
            (_, _), (_, _), (answer, pdu) = _fields(message)
            (_, request_id), (_, status), (_, which), (_, listed) = _fields(pdu)
            if answer == RESPONSE and int.from_bytes(request_id, "big") == self.request_id:
                break
        if status != b"\0":
            raise Refused(int.from_bytes(status, "big"), int.from_bytes(which, "big"))
        found = []
        for _, varbind in _fields(listed):
            (_, oid), (tag, value) = _fields(varbind)
            found.append((_read_oid(oid), tag, _read_value(tag, value)))
        return found

    def get(self, *oids):
        return self.ask(GET, [(numbers(oid), NULL, None) for oid in oids])

    def get_next(self, *oids):
        return self.ask(GET_NEXT, [(numbers(oid), NULL, None) for oid in oids])

    def get_bulk(self, oids, repetitions, non_repeaters=0):
        return self.ask(GET_BULK, [(numbers(oid), NULL, None) for oid in oids], non_repeaters, repetitions)

    def set(self, oid, tag, value):
        return self.ask(SET, [(numbers(oid), tag, value)])

    def walk(self, root, repetitions=0, between=None):
        """All below root by GETNEXT, or by GETBULK of so many repetitions; between() is called after each PDU."""
        root = numbers(root)
        found, at = [], root
        while True:
            answer = self.get_bulk([at], repetitions) if repetitions else self.get_next(at)
            for oid, tag, value in answer:
                if tag == END_OF_VIEW or oid[:len(root)] != root:
                    return found
                assert oid > at, "%s after %s" % (dotted(oid), dotted(at))
                found.append((oid, tag, value))
                at = oid
            if between:
                between()

    def rows(self, columns, repetitions):
        """All instances of the columns, which are asked for together as a management station reads a table."""
        columns = [numbers(column) for column in columns]
        at, found = list(columns), []
        while True:
            answer = self.get_bulk(at, repetitions)
            assert answer, "an empty answer"
            for number, (oid, tag, value) in enumerate(answer):
                which = number % len(columns)
                if oid[:len(columns[which])] == columns[which] and tag != END_OF_VIEW:
                    assert oid > at[which], "%s after %s" % (dotted(oid), dotted(at[which]))
                    found.append((oid, tag, value))
                    at[which] = oid
                elif which == 0:
                    return found


# --- AgentX (RFC 2741) --------------------------------------------------------------------------

(OPEN, CLOSE, REGISTER, UNREGISTER, X_GET, X_GET_NEXT, X_GET_BULK, TEST_SET, COMMIT_SET, UNDO_SET, CLEANUP_SET, NOTIFY,
 PING, INDEX_ALLOCATE, INDEX_DEALLOCATE, ADD_CAPABILITIES, REMOVE_CAPABILITIES, X_RESPONSE) = range(1, 19)
BIG_ENDIAN = 0x10
HEADER, HEADER_BYTES = "BBBBIIII", 20


def agentx_oid(oid, include=False):
    return struct.pack(">BBBB%dI" % len(oid), len(oid), 0, include, 0, *oid)


def agentx_range(start, end=(), include=False):
    return agentx_oid(start, include) + agentx_oid(end)


def agentx_pdu(kind, payload=b"", session=1, transaction=1, packet=1, flags=BIG_ENDIAN, length=None):
    return struct.pack(">" + HEADER, 1, kind, flags, 0, session, transaction, packet,
                       len(payload) if length is None else length) + payload


class Gone(Exception):
    """The subagent closed the connection."""


class FakeMaster:
    """Listens where a master agent does and answers what a subagent asks; what it sends besides is up to the caller."""

    def __init__(self, path, owner=None):
        self.path = path
        self.owner = owner
        self.connection = None
        self.buffer = b""
        self.listener = None
        self.packet = 1000
        self.session = 7

    def __enter__(self):
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(self.path)
        if self.owner is not None:
            os.chown(self.path, self.owner, self.owner)
        self.listener.listen(8)
        self.listener.settimeout(MARGIN_SECONDS)
        return self

    def __exit__(self, *unused):
        self.hang_up()
        self.listener.close()
        os.unlink(self.path)

    def hang_up(self):
        if self.connection:
            self.connection.close()
        self.connection = None
        self.buffer = b""

    def _read(self):
        """(kind, transaction, packet, payload) of the next PDU that comes, in the byte order that it says."""
        while True:
            if len(self.buffer) >= HEADER_BYTES:
                order = ">" if self.buffer[2] & BIG_ENDIAN else "<"
                _, kind, _, _, _, transaction, packet, length = struct.unpack_from(order + HEADER, self.buffer)
                if len(self.buffer) >= HEADER_BYTES + length:
                    payload = self.buffer[HEADER_BYTES:HEADER_BYTES + length]
                    self.buffer = self.buffer[HEADER_BYTES + length:]
                    return kind, transaction, packet, payload
            try:
                data = self.connection.recv(65536)
            except ConnectionError:
                data = b""
            if not data:
                raise Gone
            self.buffer += data

    def _answer(self, kind, transaction, packet):
        """As a master does: Open gives the session, the others succeed."""
        if kind == CLOSE:
            raise Gone
        if kind != X_RESPONSE:
            self.send(agentx_pdu(X_RESPONSE, struct.pack(">IHH", 0, 0, 0), self.session, transaction, packet))

    def accept(self, registrations):
        """Takes a connection until so many registrations have been made over it, or fewer and then a ping."""
        self.hang_up()
        while registrations:
            try:
                if not self.connection:
                    self.connection, _ = self.listener.accept()
                    self.connection.settimeout(MARGIN_SECONDS)
                    self.buffer = b""
                kind, transaction, packet, _ = self._read()
                self._answer(kind, transaction, packet)
                registrations -= registrations if kind == PING else kind == REGISTER
            except Gone:
                self.hang_up()

    def hold(self, kind, count):
        """Answers all else until so many PDUs of this kind have come, which have no answer."""
        while count:
            got, transaction, packet, _ = self._read()
            if got == kind:
                count -= 1
            else:
                self._answer(got, transaction, packet)

    def send(self, data):
        try:
            self.connection.sendall(data)
        except ConnectionError as error:
            raise Gone from error

    def ask(self, kind, payload):
        """The payload of the answer to a request that is in order; all that came before it has been read by then."""
        self.packet += 1
        self.send(agentx_pdu(kind, payload, self.session, self.packet, self.packet))
        while True:
            got, transaction, packet, answer = self._read()
            if got == X_RESPONSE and packet == self.packet:
                return answer
            self._answer(got, transaction, packet)
