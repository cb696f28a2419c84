"""Reads HTTP bodies and throws them away inside the kernel (MSG_TRUNC), so that the server is the limit.

drain.py URL BYTES RANGES: gets URL RANGES times in parallel as equal ranges (1: no Range header); prints seconds.
"""
import socket
import sys
import threading
import time
from urllib.parse import urlsplit


def drain(host, port, path, start, end, whole):
    sock = socket.create_connection((host, port))
    head = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n"
    if not whole:
        head += f"Range: bytes={start}-{end - 1}\r\n"
    sock.sendall((head + "\r\n").encode())
    data = b""
    while b"\r\n\r\n" not in data:
        data += sock.recv(4096)
    status = int(data.split(b" ", 2)[1])
    assert status == (200 if whole else 206), data[:200]
    left = end - start - len(data.split(b"\r\n\r\n", 1)[1])
    buffer = bytearray(4 << 20)
    while left > 0:
        got = sock.recv_into(buffer, min(left, len(buffer)), socket.MSG_TRUNC)
        assert got > 0, "the connection ended early"
        left -= got
    sock.close()


def main():
    url, size, ranges = urlsplit(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    path = url.path + (f"?{url.query}" if url.query else "")
    step = -(-size // ranges)
    threads = [
        threading.Thread(target=drain, args=(url.hostname, url.port, path, i * step, min(size, (i + 1) * step), ranges == 1))
        for i in range(ranges)
    ]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(time.monotonic() - began)


main()
