"""What things of one branch are called, for the hall's views."""

from tingtang.hall.ports import CustomerBook
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId, ServiceId, StaffId, ZoneId
from tingtang.kernel.text import Text
from tingtang.org.directory import Directory


class BranchNames:
    """The names of one branch. What is gone from the directory is shown by nothing, not an error."""

    def __init__(self, directory: Directory, customers: CustomerBook, branch: BranchId) -> None:
        self._directory = directory
        self._customers = customers
        self._branch = branch

    def branch(self) -> Text:
        return self._directory.branch(self._branch).name

    def service(self, service: ServiceId) -> Text:
        try:
            return self._directory.service(service).name
        except Refused:
            return Text("已停办业务", "Former service")

    def zone(self, zone: ZoneId) -> Text:
        try:
            return self._directory.zone(zone).name
        except Refused:
            return Text("")

    def staff(self, staff: StaffId) -> str:
        return self._directory.person(staff).name

    def customer(self, customer: str) -> str:
        return self._customers.masked_name(customer)
