"""Draws a process template as a flow chart: a small layout of our own, in layers, across or downwards.

Always holds: the picture says nothing that the list of steps beside it does not say; a template that is still wrong is drawn
as far as it can be, so that somebody who edits it sees where it breaks off.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from tongxin_contracts.consultation.templates import END, Step
from tongxin_contracts.words import StepOutcome

Way = Literal["across", "down"]
StepLook = Literal["done", "now", "todo", "end"]
Point = tuple[float, float]
"""Along the layers, and across them."""
ToPicture = Callable[[Point], Point]
"""From a point of the layout to one of the picture."""

WIDTH: Final = 128
HEIGHT: Final = 68
END_WIDTH: Final = 64
END_HEIGHT: Final = 36
GAP: Final = {"across": 36, "down": 40}
"""Between layers, at least; there a word stands."""
BESIDE: Final = 28
"""Between boxes of one layer."""
LANE: Final = 24
MARGIN: Final = 8
LINE: Final = 7
"""Characters of a name on one line of a box."""
ARROW: Final = 6
LABEL: Final = 15
"""Width of a character of a label."""


@dataclass(frozen=True, slots=True)
class Box:
    """A step, or the end."""

    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]
    who: str
    look: StepLook
    number: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """Which step follows."""

    path: str
    arrow: str
    back: bool
    label: str
    x: float
    y: float
    """Where the label's middle stands."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing ready for SVG."""

    way: Way
    width: float
    height: float
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    layer: int
    along: float
    across: float
    length: float
    """Along the layers."""
    breadth: float
    """Across them."""


def charts(
    steps: Sequence[Step], *, now: str | None = None, done: Collection[str] = ()
) -> tuple[Chart, Chart]:
    """The same drawing across, for wide screens, and downwards, for phones."""
    return draw(steps, "across", now=now, done=done), draw(steps, "down", now=now, done=done)


def draw(steps: Sequence[Step], way: Way, *, now: str | None = None, done: Collection[str] = ()) -> Chart:
    """Draw it; `now` is the step under way, `done` those that ended."""
    edges = _edges(steps)
    places = _places(steps, edges, way)
    lines, low, high = _lines(edges, places)
    # A label that stands beside an end of the drawing needs room there.
    aside = LABEL * max((len(label) for _, _, label in edges), default=0) / 2 if way == "down" else LABEL
    low, high = low - aside - MARGIN, high + aside + MARGIN
    length = max(place.along + place.length / 2 for place in places.values()) + MARGIN

    def at(point: Point) -> Point:
        along, across = point[0] + MARGIN, point[1] - low
        return (along, across) if way == "across" else (across, along)

    boxes = [
        _box(step, number, places[step.code], at, way, _look(step.code, now, done))
        for number, step in enumerate(steps, 1)
    ]
    boxes.append(_box(None, None, places[END], at, way, "end"))
    width, height = (length + MARGIN, high - low) if way == "across" else (high - low, length + MARGIN)
    return Chart(way, width, height, tuple(boxes), tuple(_drawn(line, at) for line in lines))


def _look(code: str, now: str | None, done: Collection[str]) -> StepLook:
    if code == now:
        return "now"
    return "done" if code in done else "todo"


def _edges(steps: Sequence[Step]) -> list[tuple[str, str, str]]:
    """From, to, and the outcome's word where there is more than one way on."""
    codes = {step.code for step in steps} | {END}
    found = []
    for step in steps:
        targets: dict[str, list[str]] = {}
        for branch in step.next:
            if branch.to in codes:
                plain = branch.outcome is StepOutcome.DONE
                targets.setdefault(branch.to, []).append("" if plain else branch.outcome.label)
        for to, words in targets.items():
            found.append((step.code, to, "" if len(targets) == 1 else "／".join(filter(None, words))))
    return found


def _places(steps: Sequence[Step], edges: Sequence[tuple[str, str, str]], way: Way) -> dict[str, _Place]:
    layers = _layers(steps, edges)
    length, breadth = (WIDTH, HEIGHT) if way == "across" else (HEIGHT, WIDTH)
    last = max(layers.values(), default=-1) + 1
    begins = [0.0]
    for layer in range(last):
        begins.append(begins[-1] + length + _gap(layer, layers | {END: last}, edges, way))
    beside: dict[int, list[str]] = {}
    for step in steps:
        beside.setdefault(layers[step.code], []).append(step.code)
    places = {}
    for layer, codes in beside.items():
        for place, code in enumerate(codes):
            across = (place - (len(codes) - 1) / 2) * (breadth + BESIDE)
            places[code] = _Place(layer, begins[layer] + length / 2, across, length, breadth)
    end_length, end_breadth = (END_WIDTH, END_HEIGHT) if way == "across" else (END_HEIGHT, END_WIDTH)
    places[END] = _Place(last, begins[last] + end_length / 2, 0.0, end_length, end_breadth)
    return places


def _gap(layer: int, layers: Mapping[str, int], edges: Sequence[tuple[str, str, str]], way: Way) -> float:
    """Behind a layer; across, the longest word has to fit on its line with an arrow behind it."""
    if way == "down":
        return GAP[way]
    words = [label for from_, to, label in edges if layers[from_] == layer and layers[to] == layer + 1]
    return max(GAP[way], max(map(len, words), default=0) * LABEL + 2 * ARROW)


def _layers(steps: Sequence[Step], edges: Sequence[tuple[str, str, str]]) -> dict[str, int]:
    """How far from the first step, the longest way that never goes back in the order of the list."""
    order = {step.code: place for place, step in enumerate(steps)}
    layers = dict.fromkeys(order, 0)
    reached = {steps[0].code} if steps else set()
    for step in steps:
        if step.code not in reached:
            # Nothing before leads here: it stands by itself below everything so far, and its number says the order.
            layers[step.code] = max((layers[code] for code in reached), default=-1) + 1
            reached.add(step.code)
        for _, to, _ in (edge for edge in edges if edge[0] == step.code and edge[1] != END):
            if order[to] > order[step.code]:
                layers[to] = max(layers[to], layers[step.code] + 1)
                reached.add(to)
    return layers


@dataclass(frozen=True, slots=True)
class _Way:
    points: tuple[Point, ...]
    back: bool
    label: str
    label_at: Point


def _lines(
    edges: Sequence[tuple[str, str, str]], places: Mapping[str, _Place]
) -> tuple[list[_Way], float, float]:
    """All lines, and how far they and the boxes reach across."""
    low = min(place.across - place.breadth / 2 for place in places.values())
    high = max(place.across + place.breadth / 2 for place in places.values())
    found = []
    for from_, to, label in edges:
        a, b = places[from_], places[to]
        if b.layer == a.layer + 1:
            start, end = (a.along + a.length / 2, a.across), (b.along - b.length / 2, b.across)
            middle = ((start[0] + end[0] - ARROW) / 2, (start[1] + end[1]) / 2)
            turn = () if start[1] == end[1] else ((middle[0], start[1]), (middle[0], end[1]))
            at = ((start[0] + end[0]) / 2, end[1]) if turn else middle
            found.append(_Way((start, *turn, end), False, label, at))
        elif b.layer > a.layer:
            high += LANE
            found.append(_around(a, b, high, label, back=False))
        else:
            low -= LANE
            found.append(_around(a, b, low, label, back=True))
    return found, low, high


def _around(a: _Place, b: _Place, lane: float, label: str, *, back: bool) -> _Way:
    """Beside everything: out of one box, along a lane, into the other."""
    side = -1 if back else 1
    # What goes out and what comes in leave a little room between them.
    out, into = a.along + a.length / 5 * (-1 if back else 1), b.along + b.length / 5 * (1 if back else -1)
    points = (
        (out, a.across + side * a.breadth / 2),
        (out, lane),
        (into, lane),
        (into, b.across + side * b.breadth / 2),
    )
    return _Way(points, back, label, ((out + into) / 2, lane))


def _drawn(way: _Way, at: ToPicture) -> Line:
    points = [at(point) for point in way.points]
    path = "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    (x0, y0), (x, y) = points[-2], points[-1]
    dx, dy = _sign(x - x0), _sign(y - y0)
    arrow = (
        f"{x:.1f},{y:.1f} {x - dx * ARROW * 1.6 - dy * ARROW:.1f},{y - dy * ARROW * 1.6 - dx * ARROW:.1f} "
        f"{x - dx * ARROW * 1.6 + dy * ARROW:.1f},{y - dy * ARROW * 1.6 + dx * ARROW:.1f}"
    )
    label_x, label_y = at(way.label_at)
    return Line(path, arrow, way.back, way.label, label_x, label_y)


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def _box(
    step: Step | None, number: int | None, place: _Place, at: ToPicture, way: Way, look: StepLook
) -> Box:
    width, height = (place.length, place.breadth) if way == "across" else (place.breadth, place.length)
    x, y = at((place.along, place.across))
    name = step.name if step else "结束"
    shown = name if len(name) <= 2 * LINE else name[: 2 * LINE - 1] + "…"
    lines = tuple(shown[n : n + LINE] for n in range(0, len(shown), LINE)) or ("（未命名）",)
    return Box(
        x - width / 2, y - height / 2, width, height, lines, step.who.label if step else "", look, number
    )
