"""Writes scenarios for tests: a straight line of steps, each in the words of the file format."""

from html import escape
from itertools import pairwise

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:tt="urn:tingtang:journeys:1" id="d_{id}" targetNamespace="urn:tingtang:scenarios">'
    '<bpmn:process id="{id}" name="{name}" isExecutable="true">'
)
TAIL = "</bpmn:process></bpmn:definitions>"


def asks(
    step: str, *fields: str, title: str = "请填写", attributes: str = "", rows: str = ""
) -> str:
    """A user task with these ``tt:field`` elements."""
    inside = "".join(f"<tt:field {field}/>" for field in fields)
    return (
        f'<bpmn:userTask id="{step}" name="{step}"><bpmn:extensionElements>'
        f'<tt:screen {attributes}><tt:title zh="{escape(title)}" en="Fill in"/>{inside}{rows}'
        "</tt:screen></bpmn:extensionElements></bpmn:userTask>"
    )


def does(step: str, action: str, attributes: str = "", **inputs: str) -> str:
    """A service task that asks for ``action``."""
    inside = "".join(
        f'<tt:input name="{name}" value="{escape(value)}"/>' for name, value in inputs.items()
    )
    return (
        f'<bpmn:serviceTask id="{step}" name="{step}"><bpmn:extensionElements>'
        f'<tt:action name="{action}" {attributes}>{inside}</tt:action>'
        "</bpmn:extensionElements></bpmn:serviceTask>"
    )


def calls(step: str, process: str) -> str:
    """A call of a shared process."""
    return f'<bpmn:callActivity id="{step}" name="{step}" calledElement="{process}"/>'


def line(scenario: str, *steps: str, about: str = 'channels="kiosk pad counter phone"') -> str:
    """The file of a scenario that walks through ``steps`` one after another."""
    ids = ["start", *(step.split('id="', 1)[1].split('"', 1)[0] for step in steps), "end"]
    flows = "".join(
        f'<bpmn:sequenceFlow id="f{n}" sourceRef="{a}" targetRef="{b}"/>'
        for n, (a, b) in enumerate(pairwise(ids))
    )
    told = f"<bpmn:extensionElements><tt:scenario {about}/></bpmn:extensionElements>"
    return (
        HEAD.format(id=scenario, name="试办业务")
        + (told if about else "")
        + '<bpmn:startEvent id="start"/>'
        + "".join(steps)
        + '<bpmn:endEvent id="end"/>'
        + flows
        + TAIL
    )
