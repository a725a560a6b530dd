"""An echo server with a mistake: some clients never get an answer.

    python3 docs/servers/unread.py 7002

It serves two clients at a time. Others are accepted, and have to wait their turn.
"""
import selectors
import socket
import sys

AT_A_TIME = 2

loop = selectors.DefaultSelector()
serving = set()
waiting = []


def accept(listener):
    client, _ = listener.accept()
    if len(serving) < AT_A_TIME:
        serve(client)
    else:
        waiting.append(client)


def serve(client):
    serving.add(client)
    loop.register(client, selectors.EVENT_READ, echo)


def echo(client):
    data = client.recv(512)
    if data:
        client.sendall(data)
    else:
        loop.unregister(client)
        serving.discard(client)
        client.close()


listener = socket.create_server(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 7002))
loop.register(listener, selectors.EVENT_READ, accept)
while True:
    for key, _ in loop.select():
        key.data(key.fileobj)
