"""Draws what has no drawing: places and lines for a diagram that came without them.

A scenario's file says what happens, not where its boxes stand; a modeller shows only what has a
place. Boxes are laid out from left to right by their distance from the start, those of one
distance below each other, and lines bend at right angles (the layered layout of Sugiyama 1981, in
its simplest form).
"""

from lxml import etree

from tingtang.journeys.model.bpmn import parsed
from tingtang.journeys.model.soundness import BPMN

BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"

COLUMN, ROW, MARGIN = 170, 120, 60
"""Pixels between the middles of neighbouring boxes, and around all."""
SIZES = {"startEvent": (36, 36), "endEvent": (36, 36), "exclusiveGateway": (50, 50),
         "parallelGateway": (50, 50), "inclusiveGateway": (50, 50)}  # fmt: skip
BOX = (110, 80)
NODES = (
    "startEvent", "endEvent", "userTask", "serviceTask", "scriptTask", "businessRuleTask",
    "callActivity", "subProcess", "exclusiveGateway", "parallelGateway", "inclusiveGateway",
)  # fmt: skip

Place = tuple[float, float, float, float]
"""x, y, width, height."""


def with_layout(text: str) -> str:
    """The file with a drawing; as it is where it has one."""
    root = parsed(text)
    if root.find(f"{{{BPMNDI}}}BPMNDiagram") is not None:
        return text
    process = root.find(f"{{{BPMN}}}process")
    if process is None:
        return text
    nodes = [e for e in process if etree.QName(e).localname in NODES]
    flows = process.findall(f"{{{BPMN}}}sequenceFlow")
    places = _places(nodes, flows)
    diagram = etree.SubElement(
        root, f"{{{BPMNDI}}}BPMNDiagram", {"id": "diagram"},
        nsmap={"bpmndi": BPMNDI, "dc": DC, "di": DI},
    )  # fmt: skip
    plane = etree.SubElement(
        diagram, f"{{{BPMNDI}}}BPMNPlane", {"id": "plane", "bpmnElement": process.get("id", "")}
    )
    for name, place in places.items():
        _shape(plane, name, place)
    for flow in flows:
        _edge(plane, flow, places)
    etree.indent(root)
    drawn: str = etree.tostring(root, encoding="unicode")
    return drawn


def columns(edges: dict[str, list[str]], start: list[str]) -> dict[str, int]:
    """How far each node is from the start by the longest way that does not go round."""
    found: dict[str, int] = {}

    def walk(node: str, depth: int, path: frozenset[str]) -> None:
        if node in path or depth <= found.get(node, -1):
            return
        found[node] = depth
        for other in edges.get(node, ()):
            walk(other, depth + 1, path | {node})

    for node in start:
        walk(node, 0, frozenset())
    return found


def _places(nodes: list[etree._Element], flows: list[etree._Element]) -> dict[str, Place]:
    edges: dict[str, list[str]] = {}
    targets = set()
    for flow in flows:
        edges.setdefault(flow.get("sourceRef", ""), []).append(flow.get("targetRef", ""))
        targets.add(flow.get("targetRef"))
    names = [node.get("id", "") for node in nodes]
    column = columns(edges, [name for name in names if name not in targets])
    used: dict[int, int] = {}
    places: dict[str, Place] = {}
    for node in nodes:
        name = node.get("id", "")
        width, height = SIZES.get(etree.QName(node).localname, BOX)
        at = column.get(name, 0)
        row = used.get(at, 0)
        used[at] = row + 1
        x = MARGIN + at * COLUMN + (BOX[0] - width) / 2
        y = MARGIN + row * ROW + (BOX[1] - height) / 2
        places[name] = (x, y, width, height)
    return places


def _shape(plane: etree._Element, name: str, place: Place) -> None:
    shape = etree.SubElement(
        plane, f"{{{BPMNDI}}}BPMNShape", {"id": f"{name}_di", "bpmnElement": name}
    )
    bounds = zip(("x", "y", "width", "height"), place, strict=True)
    etree.SubElement(shape, f"{{{DC}}}Bounds", {side: f"{value:g}" for side, value in bounds})


def _edge(plane: etree._Element, flow: etree._Element, places: dict[str, Place]) -> None:
    source, target = places.get(flow.get("sourceRef", "")), places.get(flow.get("targetRef", ""))
    if source is None or target is None:
        return
    name = flow.get("id", "")
    edge = etree.SubElement(
        plane, f"{{{BPMNDI}}}BPMNEdge", {"id": f"{name}_di", "bpmnElement": name}
    )
    start = (source[0] + source[2], source[1] + source[3] / 2)
    end = (target[0], target[1] + target[3] / 2)
    middle = (start[0] + end[0]) / 2
    points = [start, end]
    if start[1] != end[1]:
        points = [start, (middle, start[1]), (middle, end[1]), end]
    for x, y in points:
        etree.SubElement(edge, f"{{{DI}}}waypoint", {"x": f"{x:g}", "y": f"{y:g}"})
