"""All features of the platform, in the order of the design: each may use those before it."""

from tingtang.kernel.feature import Feature
from tingtang.org.feature import ORG, SIGN_IN

FEATURES: tuple[Feature, ...] = (ORG, SIGN_IN)
