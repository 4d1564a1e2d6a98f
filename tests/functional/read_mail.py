#!/usr/bin/env python3
"""Reads one message as Python's standard library understands it and prints it as JSON.

usage: read_mail.py FILE
"""
import email
import email.policy
import json
import sys


def text(value):
    """Raw UTF-8 in a header (RFC 6532) is kept by the parser as escaped bytes."""
    return str(value).encode("utf-8", "surrogateescape").decode("utf-8")


def content(part):
    """Line ends are CRLF on the wire (RFC 2049 section 4); the one before a boundary may or may not count."""
    return part.get_content().replace("\r\n", "\n").removesuffix("\n")


with open(sys.argv[1], "rb") as file:
    raw = file.read()
message = email.message_from_bytes(raw, policy=email.policy.default)
parts = [part for part in message.walk() if not part.is_multipart()]
sender = message["From"].addresses[0]
print(json.dumps({
    "type": message.get_content_type(),
    "headers": [[name, text(value)] for name, value in message.items()],
    "from_name": text(sender.display_name),
    "from_address": text(sender.addr_spec),
    "to": [text(address.addr_spec) for address in message["To"].addresses],
    "parts": [{"type": part.get_content_type(), "charset": part.get_content_charset(), "content": content(part)}
              for part in parts],
    "defects": [repr(defect) for part in message.walk() for defect in part.defects]
               + [repr(defect) for value in message.values() for defect in value.defects],
    "longest_line": max(len(line) for line in raw.splitlines()),
    "has_8_bit": any(byte > 127 for byte in raw),
}))
