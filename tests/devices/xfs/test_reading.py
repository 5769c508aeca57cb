"""What XFS4IoT services say, read as a module's health, as stock, as things that happened."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.devices.types import KIOSK, declared
from tingtang.devices.model.wire import Health
from tingtang.devices.xfs import reading


@pytest.mark.parametrize(
    ("status", "health", "code"),
    [
        ({"common": {"device": "online"}}, Health.OK, ""),
        ({"common": {"device": "deviceBusy"}}, Health.OK, ""),
        ({"common": {"device": "powerOff"}}, Health.FAULT, "device=powerOff"),
        ({"common": {"device": "noDevice"}}, Health.ABSENT, "device=noDevice"),
        ({"common": {"device": "fraudAttempt"}}, Health.FAULT, "device=fraudAttempt"),
        ({"common": {"device": "potentialFraud"}}, Health.WARNING, "device=potentialFraud"),
        ({"common": {"device": "hardwareError"}, "cardReader": {"media": "jammed"}},
         Health.FAULT, "cardReader.media=jammed"),
        ({"common": {"device": "online"}, "printer": {"paper": {"upper": "low"}}},
         Health.WARNING, "printer.paper=low"),
        ({"common": {"device": "online"}, "printer": {"paper": {"upper": "full", "lower": "out"}}},
         Health.FAULT, "printer.paper=out"),
        ({"common": {"device": "online"}, "cashManagement": {"dispenser": "attention"}},
         Health.WARNING, "cashManagement.dispenser=attention"),
        ({"common": {"device": "online"},
          "cashDispenser": {"positions": [{"transport": "ok"}, {"transport": "inoperative"}]}},
         Health.FAULT, "cashDispenser.positions.*.transport=inoperative"),
        ({}, Health.UNKNOWN, ""),
    ],
)  # fmt: skip
def test_the_worst_of_what_a_service_says_is_its_health(
    status: dict[str, Any], health: Health, code: str
) -> None:
    report = reading.module_report(status)
    assert (report.health, report.code) == (health, code)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inside: (
        st.lists(inside, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["common", "device", "printer", "paper", "media", "storage", "cash", "status",
                 "types", "cashOut", "auxiliaries", "volume", "interfaces", "name", "in", "*"]
            ),
            inside,
            max_size=5,
        )
    ),
    max_leaves=20,
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(st.sampled_from(["common", "printer", "auxiliaries", "unit1"]), ANYTHING))
def test_nonsense_from_a_service_is_read_without_complaint(payload: dict[str, Any]) -> None:
    assert isinstance(reading.module_report(payload).health, Health)
    assert len(reading.module_report(payload).code) <= 60
    reading.stock(payload)
    reading.levels(payload)
    reading.noticed({}, payload)
    reading.properties(KIOSK, payload)
    reading.interfaces(payload)
    reading.version(payload)
    reading.samples(KIOSK, {"cash": payload}, {})


def test_services_are_given_to_modules_by_class_and_then_by_name() -> None:
    card, printer = frozenset({"Common", "CardReader"}), frozenset({"Common", "Printer"})
    services = {
        "CertificateCabinet": printer,
        "IDReader": card,
        "Printer1": printer,
        "CardReader": card,
        "Cash": frozenset({"CashDispenser", "CashAcceptor"}),
    }
    assert reading.assign(KIOSK.modules, services, {}) == {
        "card_reader": "CardReader",
        "id_reader": "IDReader",
        "certificate": "CertificateCabinet",
        "receipt_printer": "Printer1",
        "cash": "Cash",
    }
    kept = reading.assign(KIOSK.modules, services, {"card_reader": "IDReader", "bill": "Gone"})
    assert kept["card_reader"] == "IDReader"
    assert "bill" not in kept


def test_stock_is_what_was_there_and_came_and_went() -> None:
    types = {"cashOut": True, "cashIn": True}
    recycle = {"configuration": {"types": types}, "status": {
        "initial": {"typeCNY100": {"fit": 100, "unfit": 2}},
        "in": {"retractOperations": 7, "deposited": {"typeCNY100": {"fit": 5}, "unrecognized": 0}},
        "out": {"presented": {"typeCNY100": {"fit": 30}}},
    }}  # fmt: skip
    retract = {
        "configuration": {"types": {"cashOutRetract": True}},
        "status": {"initial": {"x": 9}},
    }
    units = {"unitCNY100": {"cash": recycle}, "unitRT": {"cash": retract}}
    assert reading.stock(units) == {"unitcny100": 77.0}
    hopper = {"capabilities": {"type": "dispense"}, "status": {"count": 41}}
    retain = {"capabilities": {"type": "retain"}, "status": {"count": 3}}
    cards = reading.stock({"unit1": {"card": hopper}, "unit2": {"card": retain}})
    assert cards == {"unit1": 41.0}
    found = reading.samples(declared("dispenser"), {}, {"card_hopper": cards})
    assert found == {"cards": 41.0}


@pytest.mark.shows("R153", part="a person near a kiosk is noticed")
def test_doors_people_and_the_call_button_are_noticed_once() -> None:
    def at(**states: str) -> dict[str, Any]:
        return {"auxiliaries": states}

    def seen(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
        return [one.name for one in reading.noticed(before, after)]

    assert seen(at(proximitySensor="notPresent"), at(proximitySensor="present")) == ["person_near"]
    assert seen(at(proximitySensor="present"), at(proximitySensor="present")) == []
    assert seen(at(safeDoor="closed"), at(safeDoor="open")) == ["door_opened"]
    assert seen(at(safeDoor="open"), at(safeDoor="bolted")) == ["door_closed"]
    assert seen(at(), at(operatorCallButtonSensor="on")) == ["pressed"]


def test_notes_are_worth_what_their_types_say_whatever_bin_they_lie_in() -> None:
    hundred = {"cashItem": {"currency": "CNY", "value": 100}}
    storage = {
        "unit100": {
            "cash": {
                "status": {
                    "initial": {"typeCNY100": {"fit": 10}, "unrecognized": 2},
                    "in": {
                        "deposited": {"typeCNY100": {"fit": 3, "unfit": 1}},
                        "retractOperations": 1,
                    },
                    "out": {"presented": {"typeCNY100": {"fit": 4}}},
                }
            }
        },
        "unitREJECT": {"cash": {"status": {"in": {"rejected": {"typeCNY100": {"unfit": 1}}}}}},
    }
    assert reading.worth(storage, {"typeCNY100": hundred}) == {"cny": 1_100_00}
    assert reading.worth({"bad": 7, "worse": {"cash": []}}, {"typeCNY100": hundred}) == {}
