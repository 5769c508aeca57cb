"""Where services are: ports and paths."""

PATH = "/xfs4iot/v1.0"
"""The publisher's path; a service's is this, a slash, and its name."""
FREE_PORTS = tuple(range(5846, 5857))
STANDARD_PORTS = (80, 443, *FREE_PORTS)
"""Where a client looks for publishers: 80 without and 443 with TLS, the others either way."""
