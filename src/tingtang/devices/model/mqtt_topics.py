"""Topics of MQTT: what is one, what matches, and who may use which. Pure."""

from tingtang.devices.model.wire import ROOT

TOPIC_MAX = 256
"""Characters of a topic or filter; the standard allows 65,535 bytes, nobody needs them."""
LEVELS_MAX = 16
WORLDS = "gw"
"""Below ``gw/<id>/`` lies all that a gateway says and hears."""


def is_topic(text: str) -> bool:
    """True for a name under which something can be published."""
    return (
        0 < len(text) <= TOPIC_MAX
        and "+" not in text
        and "#" not in text
        and text[0] != "$"
        and text.count("/") < LEVELS_MAX
    )


def is_filter(text: str) -> bool:
    """True for a topic filter [MQTT-4.7.1]: ``#`` last and alone, ``+`` alone, no ``$`` in front.

    ``$SYS`` is not offered, and ``$share`` (shared subscriptions) is of version 5.
    """
    if not 0 < len(text) <= TOPIC_MAX or text[0] == "$" or text.count("/") >= LEVELS_MAX:
        return False
    levels = text.split("/")
    for index, level in enumerate(levels):
        if "#" in level and (level != "#" or index != len(levels) - 1):
            return False
        if "+" in level and level != "+":
            return False
    return True


def matches(topic_filter: str, topic: str) -> bool:
    """Whether a message of ``topic`` goes to who subscribed to ``topic_filter``."""
    if "#" not in topic_filter and "+" not in topic_filter:
        return topic_filter == topic
    wanted, given = topic_filter.split("/"), topic.split("/")
    for index, level in enumerate(wanted):
        if level == "#":
            return True  # "a/#" matches "a" as well [4.7.1.2]
        if index >= len(given) or level not in {"+", given[index]}:
            return False
    return len(wanted) == len(given)


def up(device: str, what: str) -> str:
    """The topic under which a device says ``what``."""
    return f"{ROOT}/{device}/up/{what}"


def down(device: str, what: str) -> str:
    """The topic under which a device is told ``what``."""
    return f"{ROOT}/{device}/down/{what}"


def world(gateway: str) -> str:
    """What stands before all topics of a gateway."""
    return f"{WORLDS}/{gateway}/"


def may_publish(user: str, is_gateway: bool, topic: str) -> bool:
    """A device speaks below its own ``up/``, a gateway in its own world; nobody for another."""
    own = world(user) if is_gateway else f"{ROOT}/{user}/up/"
    return topic.startswith(own) and len(topic) > len(own)


def may_subscribe(user: str, is_gateway: bool, topic_filter: str) -> bool:
    """A device hears below its own ``down/``, a gateway in its own world.

    The literal beginning of the filter is what counts, so that no wildcard can reach further.
    """
    own = world(user) if is_gateway else f"{ROOT}/{user}/down/"
    return topic_filter.startswith(own) and len(topic_filter) > len(own)


def into_world(gateway: str, topic: str) -> str:
    """The platform's name of a topic that a gateway calls ``topic``.

    Behind the embedded broker each gateway has a world to itself, so that ``homeassistant/#`` is
    its own and not its neighbour's. One that names its world itself, as it must behind another
    broker, is taken at its word.
    """
    own = world(gateway)
    return topic if topic.startswith(own) else own + topic


def out_of_world(gateway: str, topic: str) -> str:
    """What a gateway calls the platform's ``topic``."""
    return topic.removeprefix(world(gateway))
