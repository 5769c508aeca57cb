"""All features of the platform, in the order of the design: each may use those before it."""

from tingtang.ai.feature import FEATURE as AI
from tingtang.customers.feature import FEATURE as CUSTOMERS
from tingtang.devices.feature import FEATURE as DEVICES
from tingtang.hall.feature import FEATURE as HALL
from tingtang.kernel.feature import Feature
from tingtang.messages.feature import FEATURE as MESSAGES
from tingtang.org.feature import ORG, SIGN_IN

FEATURES: tuple[Feature, ...] = (AI, ORG, SIGN_IN, MESSAGES, CUSTOMERS, DEVICES, HALL)
