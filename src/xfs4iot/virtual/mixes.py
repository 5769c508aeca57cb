"""Which notes make up an amount. Pure functions."""

import math
from collections.abc import Sequence

import msgspec


class Stock(msgspec.Struct, frozen=True):
    """A unit that notes may be taken from."""

    unit: str
    value: int
    count: int


SEARCH_MAX = 20_000
"""Combinations looked at before the best so far is taken; an amount of a customer needs few."""


def minimum_bills(amount: int, stocks: Sequence[Stock], items_max: int) -> dict[str, int] | None:
    """The fewest notes that make ``amount``; None when nothing does with ``items_max`` notes.

    Searches from the highest value down and goes back where a remainder cannot be made, so that
    60 from fifties and twenties is found (branch and bound).
    """
    ordered = sorted((stock for stock in stocks if stock.count), key=lambda stock: -stock.value)
    if not ordered or amount % math.gcd(*(stock.value for stock in ordered)):
        return None
    best: dict[str, int] | None = None
    best_items = items_max + 1
    looked_at = 0

    def search(index: int, left: int, used: int, taken: dict[str, int]) -> None:
        nonlocal best, best_items, looked_at
        looked_at += 1
        if left == 0:
            if used < best_items:
                best, best_items = dict(taken), used
            return
        if index == len(ordered) or looked_at > SEARCH_MAX:
            return
        stock = ordered[index]
        for number in range(min(stock.count, left // stock.value), -1, -1):
            rest = left - number * stock.value
            lower = ordered[index + 1].value if index + 1 < len(ordered) else 0
            fewest = -(-rest // lower) if lower else (0 if rest == 0 else items_max + 1)
            if used + number + fewest >= best_items:
                if number * stock.value + (best_items - used - number) * lower < left:
                    break  # fewer of these can only need more of the lower ones
                continue
            search(
                index + 1, rest, used + number, taken | {stock.unit: number} if number else taken
            )

    search(0, amount, 0, {})
    return best


def equal_emptying(amount: int, stocks: Sequence[Stock], items_max: int) -> dict[str, int] | None:
    """Notes that make ``amount`` and leave the units about equally full.

    Takes from the fullest unit while the rest can still be made.
    """
    taken: dict[str, int] = {}
    left = amount
    stock_now = {stock.unit: stock for stock in stocks}
    for _ in range(items_max):
        if left == 0:
            return taken
        for stock in sorted(stock_now.values(), key=lambda each: -each.count):
            if not stock.count or stock.value > left:
                continue
            rest = [
                Stock(each.unit, each.value, each.count - (each is stock))
                for each in stock_now.values()
            ]
            room = items_max - sum(taken.values()) - 1
            if minimum_bills(left - stock.value, rest, room) is not None:
                taken[stock.unit] = taken.get(stock.unit, 0) + 1
                stock_now[stock.unit] = Stock(stock.unit, stock.value, stock.count - 1)
                left -= stock.value
                break
        else:
            return None
    return taken if left == 0 else None


ALGORITHMS = {"minimumBills": minimum_bills, "equalEmptying": equal_emptying}
