"""The organisation's door: all that other features may use of it, beside its model."""

from tingtang.org.demo import EAST, HARBOUR, WILLOW, DemoBank, find_demo_bank, seats, seed_demo_bank
from tingtang.org.directory import Directory
from tingtang.org.founding import Founding, readable_ids
from tingtang.org.people import StaffRecords
from tingtang.org.plans import Plans
from tingtang.org.sections import Section, Sections
from tingtang.org.sign_in.service import SignIn
from tingtang.org.sign_in.sessions import Terminal
from tingtang.org.sign_in.tokens import Links
from tingtang.org.state import Person, SectionValue
from tingtang.org.structure import OrgService

__all__ = [
    "EAST", "HARBOUR", "WILLOW", "DemoBank", "Directory", "Founding", "Links", "OrgService",
    "Person", "Plans", "Section", "SectionValue", "Sections", "SignIn", "StaffRecords", "Terminal",
    "find_demo_bank", "readable_ids", "seats", "seed_demo_bank",
]  # fmt: skip
