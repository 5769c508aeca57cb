"""Virtual devices, each a service over a physical world that tests and demos drive."""

from xfs4iot.virtual.customer import Customer
from xfs4iot.virtual.machines import DEVICES, MACHINES, build
from xfs4iot.virtual.world import Fault, World

__all__ = ["DEVICES", "MACHINES", "Customer", "Fault", "World", "build"]
