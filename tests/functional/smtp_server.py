#!/usr/bin/env python3
"""A private Postfix for the tests: its own configuration, queue and maildirs in a temporary folder, on loopback ports.

usage: smtp_server.py POSTFIX READY_FILE     POSTFIX: where the package is unpacked (script/bootstrap: .deps/postfix)

Writes READY_FILE once the server answers: JSON with its ports, the folder of the maildirs, its log and its certificate
authority. The server goes, with all its files, when READY_FILE does (whoever called sudo cannot send a signal), or at
SIGTERM. Postfix changes users, so this runs as root; the mail belongs to whoever called sudo. What it knows: the
recipients and passwords of the tables below.
"""
import base64
import ctypes
import json
import os
import pathlib
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

OWNER = "mail"  # Debian's own accounts: Postfix wants one for itself and a group for its queue, shared with nobody else
GROUP = "daemon"
LONGEST_LIFE = 900  # seconds, in case that those who started it have died
PASSWORDS = {"herald": "correct horse battery staple"}
MAILBOXES = {
    "private.person@example.org": "inbox/",
    "reuse@example.org": "reuse/",
    "jörg@example.org": "unicode/",
    "tls@example.org": "tls/",
}
REFUSALS = {
    "busy@example.org": "450 4.2.1 busy@example.org is not here right now",
    "full@example.org": "552 5.2.2 the mailbox of full@example.org is full",
}

MAIN_CF = """
compatibility_level = 3.7
command_directory = {postfix}/usr/sbin
daemon_directory = {postfix}/usr/lib/postfix/sbin
shlib_directory = {postfix}/usr/lib/postfix
meta_directory = {etc}
queue_directory = {spool}
data_directory = {data}
import_environment = MAIL_CONFIG LANG=C POSTLOG_SERVICE POSTLOG_HOSTNAME LD_LIBRARY_PATH={postfix}/usr/lib/postfix
maillog_file = {log}
maillog_file_prefixes = {folder}
mail_owner = {owner}
setgid_group = {group}
myhostname = mail.example.org
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
local_recipient_maps =
smtputf8_enable = yes
message_size_limit = 3000000
virtual_mailbox_domains = example.org
virtual_mailbox_base = {mail}
virtual_mailbox_maps = texthash:{etc}/mailboxes
virtual_mailbox_limit = 0
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtpd_recipient_restrictions = check_recipient_access texthash:{etc}/refusals, reject_unauth_destination
smtpd_tls_cert_file = {etc}/server.pem
smtpd_tls_key_file = {etc}/server.key
smtpd_tls_auth_only = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {auth}
smtpd_peername_lookup = no
"""

MASTER_CF = """
127.0.0.1:{plain} inet n - n - - smtpd
127.0.0.1:{starttls} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt -o smtpd_sasl_auth_enable=yes
127.0.0.1:{implicit} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes -o smtpd_sasl_auth_enable=yes
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


def free_ports(count):
    """Below the range that the system gives to outgoing connections, so that none of those takes one meanwhile."""
    ports = []
    while len(ports) < count:
        port = random.randrange(12_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in ports:
            ports.append(port)
    return ports


def write_table(path, entries):
    path.write_text("".join(f"{key} {value}\n" for key, value in entries.items()), encoding="utf-8")


def make_certificates(etc):
    """A certificate authority (ca.pem) and the certificate that it gave to "localhost"."""

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, cwd=etc, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *new_key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=test authority",
            "-addext", "basicConstraints=critical,CA:TRUE")
    openssl("req", *new_key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost")
    (etc / "extensions").write_text("subjectAltName=DNS:localhost\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", "2", "-days", "2",
            "-extfile", "extensions", "-out", "server.pem")


def check_passwords(listener):
    """The other end of Postfix's question whether a login is right, in the protocol that Dovecot made for it (1.1)."""
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=answer_logins, args=(connection,), daemon=True).start()


def answer_logins(connection):
    with connection, connection.makefile("rw", encoding="utf-8", newline="\n") as stream:
        stream.write("VERSION\t1\t1\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\nCOOKIE\t00\nDONE\n")
        stream.flush()
        for line in stream:
            words = line.rstrip("\n").split("\t")
            if words[0] != "AUTH":
                continue
            response = next(word[5:] for word in words if word.startswith("resp="))
            _, user, password = base64.b64decode(response).decode().split("\0")
            verdict = "OK" if PASSWORDS.get(user) == password else "FAIL"
            stream.write(f"{verdict}\t{words[1]}\tuser={user}\n")
            stream.flush()


def end_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def start(postfix, folder):
    owner = pwd.getpwnam(OWNER)
    reader = pwd.getpwuid(int(os.environ.get("SUDO_UID", owner.pw_uid)))
    places = {name: folder / name for name in ("etc", "spool", "data", "mail")}
    for place in places.values():
        place.mkdir(mode=0o755)
    for queue in "active bounce corrupt defer deferred flush hold incoming private saved trace maildrop public pid".split():
        (places["spool"] / queue).mkdir(mode=0o755)
        if queue != "pid":
            os.chown(places["spool"] / queue, owner.pw_uid, -1)
    os.chown(places["data"], owner.pw_uid, -1)
    os.chown(places["mail"], reader.pw_uid, -1)

    ports = dict(zip(("plain", "starttls", "implicit"), free_ports(3)))
    values = dict(places, **ports, postfix=postfix, folder=folder, log=folder / "log", auth=folder / "auth",
                  owner=OWNER, group=GROUP, uid=reader.pw_uid, gid=reader.pw_gid)
    etc = places["etc"]
    make_certificates(etc)
    write_table(etc / "mailboxes", MAILBOXES)
    write_table(etc / "refusals", REFUSALS)
    (etc / "main.cf").write_text(MAIN_CF.format(**values))
    (etc / "master.cf").write_text(MASTER_CF.format(**values))

    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(folder / "auth"))
    os.chmod(folder / "auth", 0o666)
    listener.listen()
    threading.Thread(target=check_passwords, args=(listener,), daemon=True).start()

    environment = {"PATH": os.environ["PATH"], "MAIL_CONFIG": str(etc), "LD_LIBRARY_PATH": f"{postfix}/usr/lib/postfix"}
    master = subprocess.Popen([f"{postfix}/usr/lib/postfix/sbin/master", "-c", str(etc), "-d"], env=environment,
                              stdin=subprocess.DEVNULL, stdout=sys.stderr, preexec_fn=end_with_parent)
    return master, dict(ports, mail=str(places["mail"]), log=str(folder / "log"), ca_file=str(etc / "ca.pem"))


def wait_until_it_answers(master, port, log):
    give_up = time.monotonic() + 30
    while time.monotonic() < give_up and master.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                if connection.recv(100).startswith(b"220 "):
                    return
        except OSError:
            time.sleep(0.05)
    sys.exit(f"Postfix does not answer.\n{log.read_text() if log.exists() else 'It wrote no log.'}")


def main():
    if os.geteuid() != 0:
        sys.exit("Postfix is started as root: run the tests as root, or give sudo.")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="herald-smtp-"))
    folder.chmod(0o755)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    master = None
    try:
        master, facts = start(pathlib.Path(sys.argv[1]).resolve(), folder)
        for name in ("plain", "starttls"):
            wait_until_it_answers(master, facts[name], folder / "log")
        ready = pathlib.Path(sys.argv[2])
        ready.with_suffix(".new").write_text(json.dumps(facts))
        ready.with_suffix(".new").rename(ready)
        last = time.monotonic() + LONGEST_LIFE
        while ready.exists() and time.monotonic() < last:
            time.sleep(0.1)
    finally:
        if master is not None:
            master.terminate()
            master.wait()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
