"""Customers as the hall sees them, from the customers feature."""

from tingtang.customers.service import CustomerService
from tingtang.hall.model.state import Care
from tingtang.hall.ports import Standing
from tingtang.kernel.ids import CustomerId


class HallCustomers:
    """A :class:`tingtang.hall.ports.CustomerBook` over the real customers."""

    def __init__(self, customers: CustomerService) -> None:
        self._customers = customers

    async def standing(self, customer: CustomerId) -> Standing:
        facts = await self._customers.standing_of(customer)
        return Standing(int(facts.tier), tuple(Care(need.value) for need in facts.care))

    def masked_name(self, customer: str) -> str:
        return self._customers.name_if_known(customer)
