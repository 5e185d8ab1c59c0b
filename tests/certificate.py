"""A certificate for this machine that nobody trusts."""

import os
import shutil
import ssl
import subprocess

import pytest


def make_certificate(folder, *names):
    """A file in the folder with a key and the certificate. Without openssl it is skipped.

    `names` are further hosts that it is for.
    """
    if not shutil.which("openssl"):
        give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        give_up("there is no openssl to make a certificate with")
    file = folder / "own.pem"
    words = (
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
    )
    hosts = ",".join(f"DNS:{name}" for name in ("localhost", *names))
    extension = ["-addext", f"subjectAltName={hosts}"] if names else []
    subprocess.run(
        ["openssl", *words.split(), *extension, "-keyout", file, "-out", f"{file}.crt"],
        check=True, capture_output=True,
    )  # fmt: skip
    file.write_bytes(file.read_bytes() + file.with_name("own.pem.crt").read_bytes())
    return file


def server_context(file):
    """TLS for a server with that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
