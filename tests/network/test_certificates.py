import ssl

import pytest

from bot.network.certificates import CertificatesError, named, trusted
from tests.certificate import make_certificate


def test_the_first_file_and_the_folder_count():
    given = {"REQUESTS_CA_BUNDLE": "/r", "SSL_CERT_FILE": "/s", "SSL_CERT_DIR": "/d", "PATH": "/p"}

    assert named(given) == {"SSL_CERT_FILE": "/s", "SSL_CERT_DIR": "/d"}
    assert named(given | {"SSL_CERT_FILE": " "}) == {
        "REQUESTS_CA_BUNDLE": "/r",
        "SSL_CERT_DIR": "/d",
    }
    assert named({}) == {}


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_the_certificates_of_a_file_are_trusted_and_no_others(tmp_path, variable):
    file = make_certificate(tmp_path)
    context = trusted({variable: f"{file}.crt"})

    assert context.cert_store_stats()["x509"] == 1
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_without_a_variable_those_of_the_machine():
    assert trusted({}).verify_mode is ssl.CERT_REQUIRED


def test_they_are_read_once(tmp_path):
    file = f"{make_certificate(tmp_path)}.crt"

    assert trusted({"SSL_CERT_FILE": file}) is trusted({"SSL_CERT_FILE": file, "PATH": "/x"})


def test_a_bundle_may_be_a_folder(tmp_path):
    assert trusted({"REQUESTS_CA_BUNDLE": str(tmp_path)}).cert_store_stats()["x509"] == 0


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "SSL_CERT_DIR"])
def test_what_is_not_there_is_named_by_its_variable(tmp_path, variable):
    with pytest.raises(CertificatesError, match=f"{variable}: cannot be read"):
        trusted({variable: str(tmp_path / "missing")})


def test_a_file_without_certificates(tmp_path):
    file = tmp_path / "words.pem"
    file.write_text("no certificate\n")

    with pytest.raises(CertificatesError, match="SSL_CERT_FILE: the file holds no certificates"):
        trusted({"SSL_CERT_FILE": str(file)})
