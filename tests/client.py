"""A program on PATH that is run by `preloaded.py`: python -I -S client.py SOCKET NAME ENTRY ARGUMENTS..."""

import _socket  # without `socket`, whose import takes as long as the rest
import os
import sys

server = _socket.socket(_socket.AF_UNIX)
server.connect(sys.argv[1])
files = b"".join(number.to_bytes(4, sys.byteorder) for number in range(3))
server.sendmsg([b"\0"], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, files)])
name, entry, *arguments = map(os.fsencode, sys.argv[2:])
words = [name, entry, os.getcwdb(), str(len(arguments)).encode(), *arguments]
rest = b"\0".join([*words, *(b"=".join(variable) for variable in os.environb.items())])
while rest:
    rest = rest[server.send(rest) :]
server.shutdown(_socket.SHUT_WR)
answer = server.recv(1)
sys.exit(answer[0] if answer else "the process died")
