"""A flow as SVG: states in a row, each verb an arc from state to state; forward above, back below."""
from __future__ import annotations

from xml.sax.saxutils import escape

from sinergi.kernel.flow import Flow, states

WIDTH, GAP, HEIGHT, STEP = 120, 70, 36, 30


def arcs(flow: Flow, order: list[str]) -> list[tuple[int, int, str]]:
    """(from, to, verbs) by place in the row; verbs that join the same two states share an arc."""
    found: dict[tuple[int, int], list[str]] = {}
    for verb, (sources, target) in flow.items():
        for source in sorted(sources):
            found.setdefault((order.index(source), order.index(target)), []).append(verb)
    return sorted((start, end, ", ".join(verbs)) for (start, end), verbs in found.items())


def drawing(name: str, flow: Flow) -> str:
    """The SVG, readable alone and in light and dark."""
    reached = {target for _, target in flow.values()}
    order = sorted(states(flow), key=lambda state: state in reached)
    found = arcs(flow, order)
    above = [arc for arc in found if arc[1] > arc[0]]
    below = [arc for arc in found if arc[1] <= arc[0]]
    top = STEP * (len(above) + 1)
    whole = (len(order) * (WIDTH + GAP) - GAP + 20, top + HEIGHT + STEP * (len(below) + 1))
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole[0]} {whole[1]}" width="{whole[0]}" height="{whole[1]}" role="img"'
             f' font-family="sans-serif" font-size="13"><title>{escape(name)}</title>',
             '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
             '<path d="M0 0 8 4 0 8z" fill="#4b5563"/></marker></defs>']
    for place, (start, end, verbs) in enumerate(sorted(above, key=lambda arc: arc[1] - arc[0])):
        lines += arc(start, end, verbs, edge=top, level=top - STEP * (place + 1) + 6, label=-5)
    for place, (start, end, verbs) in enumerate(below):
        lines += arc(start, end, verbs, edge=top + HEIGHT, level=top + HEIGHT + STEP * (place + 1) - 6, label=14)
    for place, state in enumerate(order):
        left = 10 + place * (WIDTH + GAP)
        lines.append(f'<rect x="{left}" y="{top}" width="{WIDTH}" height="{HEIGHT}" rx="6" fill="#e8eefc" stroke="#1d4ed8"/>'
                     f'<text x="{left + WIDTH // 2}" y="{top + 23}" text-anchor="middle" fill="#111827">{escape(state)}</text>')
    return "\n".join([*lines, "</svg>"]) + "\n"


def arc(start: int, end: int, verbs: str, *, edge: int, level: int, label: int) -> list[str]:
    """One arc with its verbs: up (or down) from one box, along, into the other."""
    first = 10 + start * (WIDTH + GAP) + WIDTH * 2 // 3
    last = 10 + end * (WIDTH + GAP) + WIDTH // 3
    return [f'<path d="M{first} {edge}V{level}H{last}V{edge}" fill="none" stroke="#4b5563" marker-end="url(#tip)"/>',
            f'<text x="{(first + last) // 2}" y="{level + label}" text-anchor="middle" fill="#4b5563">{escape(verbs)}</text>']
