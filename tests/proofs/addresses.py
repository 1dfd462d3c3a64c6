"""Whether an address is a web address by RFC 3986, as a button's link has to be."""

from __future__ import annotations

import idna
from rfc3986 import uri_reference
from rfc3986.exceptions import RFC3986Exception
from rfc3986.validators import Validator

MOST_PORT = 65_535
_PARTS = ("scheme", "userinfo", "host", "port", "path", "query", "fragment")


def uri_problem(address: str) -> str | None:
    """Why an address is no URI that a browser could open; None where it is one."""
    if not address.isascii():
        return "it is not ASCII"
    try:
        uri = uri_reference(address)
        checked = Validator().allow_schemes("http", "https")
        checked.require_presence_of("scheme", "host").check_validity_of(*_PARTS).validate(uri)
    except (RFC3986Exception, ValueError) as error:
        return str(error)
    if uri.unsplit() != address:  # what its pattern left out
        return "it is more than a URI"
    port = uri.port
    if port is not None and not (port.isdecimal() and 0 < int(port) <= MOST_PORT):
        return f"there is no port {port!r}"
    host: str = uri.host
    if host.startswith("["):
        return None
    for label in host.rstrip(".").split("."):
        if not 1 <= len(label) <= 63:
            return f"the host has a label of {len(label)} characters"
        if label.lower().startswith("xn--"):
            try:
                idna.decode(label)
            except idna.IDNAError as error:
                return f"{label}: {error}"
    return None if len(host) <= 253 else f"the host has {len(host)} characters"
