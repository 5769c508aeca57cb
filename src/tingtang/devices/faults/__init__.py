"""Faults of devices: alarms, repairs, maintenance windows, availability, what is likely to fail next.

Each device has a stream of its own, ``faults/<device>``: what was seen to be wrong with it and what
people did about it. What a device says is in its other stream, ``device/<device>``.
"""
