"""XFS4IoT (CWA 17852) in Python: a client, a service framework, and virtual devices.

Start with ``docs/xfs4iot.md``. The parts, each usable alone:

``messages``  the wire: headers, payloads, the two dialects
``errors``    one exception for every completion code, and for what can go wrong on the way
``tokens``    end-to-end security: what a host authorises a dispense with
``names``     which commands and events there are, by interface
``client``    a connection to a service, discovery, a client that reconnects
``server``    the framework services are written with, and the host that publishes them
``virtual``   devices with a physical world that tests and demos drive
"""

__version__ = "0.1.0"
