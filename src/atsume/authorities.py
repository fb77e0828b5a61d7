"""The certificate authorities that are trusted: those of the system."""

import ssl
from pathlib import Path


def _authorities() -> str | None:
    """Return a file of certificate authorities: the one the system names, or one of the usual places."""
    paths = ssl.get_default_verify_paths()
    usual = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")
    found = next((p for p in (paths.cafile, paths.openssl_cafile, *usual) if p and Path(p).is_file()), None)
    if found is None:
        try:
            import certifi  # noqa: PLC0415 - only where the system has no authorities of its own
        except ImportError:
            return None
        found = certifi.where()
    return found


AUTHORITIES = _authorities()
"""File of the certificate authorities that are trusted."""
