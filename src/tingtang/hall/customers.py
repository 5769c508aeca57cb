"""Customers as the hall sees them, from the customers feature."""

from tingtang.customers.model import By
from tingtang.customers.service import CustomerService
from tingtang.hall.check_in import CheckIn
from tingtang.hall.model.state import Care
from tingtang.hall.ports import Standing
from tingtang.hall.service import HallService
from tingtang.kernel.ids import BranchId, CustomerId


def register_resolvers(customers: CustomerService, hall: HallService, check_in: CheckIn) -> None:
    """Let customers be identified by what only the hall knows: a ticket's number of today, the
    code of a booking of today, and the QR codes of both."""

    async def by_ticket(branch: BranchId, value: str) -> CustomerId | None:
        state = await hall.state(branch)
        ticket = state.ticket_ids.get(value.strip().upper())
        return None if ticket is None else state.tickets[ticket].customer

    customers.register_resolver(By.TICKET, by_ticket)
    customers.register_resolver(By.BOOKING, check_in.customer_by_code)
    customers.register_resolver(By.QR, check_in.customer_by_qr)


class HallCustomers:
    """A :class:`tingtang.hall.ports.CustomerBook` over the real customers."""

    def __init__(self, customers: CustomerService) -> None:
        self._customers = customers

    async def standing(self, customer: CustomerId) -> Standing:
        facts = await self._customers.standing_of(customer)
        return Standing(int(facts.tier), tuple(Care(need.value) for need in facts.care))

    def masked_name(self, customer: str) -> str:
        return self._customers.name_if_known(customer)
