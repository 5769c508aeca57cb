"""All features of the platform, in the order of the design: each may use those before it."""

from tingtang.ai.feature import FEATURE as AI
from tingtang.automations.feature import ENGINE as AUTOMATION_ENGINE
from tingtang.automations.feature import FEATURE as AUTOMATIONS
from tingtang.bank.feature import FEATURE as BANK
from tingtang.customers.feature import FEATURE as CUSTOMERS
from tingtang.delivery.feature import FEATURE as DELIVERY
from tingtang.devices.faults.feature import FEATURE as FAULTS
from tingtang.devices.feature import FEATURE as DEVICES
from tingtang.devices.scenes.feature import FEATURE as SCENES
from tingtang.hall.feature import FEATURE as HALL
from tingtang.journeys.authorisation.feature import FEATURE as AUTHORISATION
from tingtang.journeys.catalogue.feature import FEATURE as CATALOGUE
from tingtang.journeys.designer.feature import FEATURE as DESIGNER
from tingtang.journeys.feature import FEATURE as JOURNEYS
from tingtang.journeys.offers.feature import FEATURE as OFFERS
from tingtang.kernel.feature import Feature
from tingtang.messages.feature import FEATURE as MESSAGES
from tingtang.org.feature import ORG, SIGN_IN

FEATURES: tuple[Feature, ...] = (
    AI, ORG, SIGN_IN, AUTOMATIONS, MESSAGES, CUSTOMERS, DEVICES, FAULTS, SCENES, HALL, BANK, JOURNEYS, AUTHORISATION, DESIGNER, CATALOGUE, OFFERS, DELIVERY, AUTOMATION_ENGINE,
)  # fmt: skip
