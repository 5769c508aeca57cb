"""Blank vouchers (重要空白凭证): held by number range, used in order, off balance at 1 yuan each."""

from tingtang.bank.reference.model import numbers
from tingtang.bank.reference.model import records as r
from tingtang.bank.reference.model.ledger import OFF_BALANCE, VOUCHER_CONTRA, Work, voucher_ledger
from tingtang.bank.reference.model.words import Declined

PRICE = 100
"""Fen."""


def next_voucher(work: Work, kind: str, holder: str) -> r.VoucherRange | None:
    """The range with the lowest number of a kind that a holder has."""
    ranges = [x for x in work.of(r.VoucherRange, holder) if x.kind == kind]
    return min(ranges, key=lambda x: numbers.split_voucher(x.first)[1], default=None)


def take_range(work: Work, one: r.VoucherRange, first: str, last: str) -> int:
    """Take ``first`` to ``last`` out of a range that holds them; gives how many."""
    prefix, start, width = numbers.split_voucher(first)
    end = numbers.split_voucher(last)[1]
    low, high = numbers.split_voucher(one.first)[1], numbers.split_voucher(one.last)[1]
    work.drop(one)
    if low < start:
        put_range(
            work, one.kind, one.customer, one.first, numbers.voucher(prefix, start - 1, width)
        )
    if end < high:
        put_range(work, one.kind, one.customer, numbers.voucher(prefix, end + 1, width), one.last)
    return end - start + 1


def put_range(work: Work, kind: str, holder: str, first: str, last: str) -> None:
    """Give a holder a range, joined with what it continues."""
    prefix, start, width = numbers.split_voucher(first)
    end = numbers.split_voucher(last)[1]
    for one in work.of(r.VoucherRange, holder):
        other, low, wide = numbers.split_voucher(one.first)
        if (one.kind, other, wide) != (kind, prefix, width):
            continue
        high = numbers.split_voucher(one.last)[1]
        if high + 1 == start or end + 1 == low:
            work.drop(one)
            start, end = min(start, low), max(end, high)
    first, last = numbers.voucher(prefix, start, width), numbers.voucher(prefix, end, width)
    work.put(
        r.VoucherRange(
            id=f"{kind}:{holder}:{first}", customer=holder, kind=kind, first=first, last=last
        )
    )


def range_with(work: Work, kind: str, number: str, holder: str) -> r.VoucherRange | None:
    """The range of a holder in which a number lies."""
    try:
        prefix, value, width = numbers.split_voucher(number)
    except ValueError:
        raise Declined("range_wrong") from None
    for one in work.of(r.VoucherRange, holder):
        other, low, wide = numbers.split_voucher(one.first)
        if (one.kind, other, wide) == (kind, prefix, width):
            high = numbers.split_voucher(one.last)[1]
            if low <= value <= high:
                return one
    return None


def end_voucher(
    work: Work, kind: str, number: str, holder: str, state: str, *,
    reference: str = "", linked: str = "",
) -> None:  # fmt: skip
    """Use or void one voucher of a holder's stock; used ones go in order of their numbers."""
    if work.get(r.VoucherEnd, f"{kind}:{number}") is not None:
        raise Declined("voucher_used")
    one = range_with(work, kind, number, holder)
    if one is None:
        raise Declined("not_in_stock")
    coming = next_voucher(work, kind, holder)
    if state == "used" and coming is not None and coming.first != number:
        raise Declined("out_of_order", next=coming.first)
    take_range(work, one, number, number)
    work.put(
        r.VoucherEnd(
            id=f"{kind}:{number}", state=state, holder=holder, reference=reference, linked=linked
        )
    )
    work.post(
        "凭证使用" if state == "used" else "凭证作废",
        (voucher_ledger(kind, holder), -PRICE),
        (VOUCHER_CONTRA, PRICE),
        currency=OFF_BALANCE,
    )


def consume(work: Work, kind: str, number: str, linked: str) -> None:
    """A trade uses a blank: of whichever stock it lies in, or one that its holder has used already
    for nothing else.
    """
    ended = work.get(r.VoucherEnd, f"{kind}:{number}")
    if ended is not None:
        if ended.state != "used" or ended.linked not in {"", linked}:
            raise Declined("voucher_used")
        work.change(ended, linked=linked)
        return
    holders = {x.customer for x in work.ledger.all(r.VoucherRange) if x.kind == kind}
    for holder in sorted(holders):
        if range_with(work, kind, number, holder) is not None:
            end_voucher(work, kind, number, holder, "used", linked=linked)
            return
    raise Declined("not_in_stock")
