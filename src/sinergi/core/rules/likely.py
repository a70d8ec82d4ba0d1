"""Whether an answer rests on weak sources: then the agency confirms, and the answer is only likely."""

from __future__ import annotations

from sinergi.core.rules.find import Finding, Outcome

CONFIRMED = (Outcome.ENTITLED, Outcome.HUMAN_REVIEW)


def likely(found: Finding) -> bool:
    """A yes is likely if anything it rests on is weak, a no if every reason for it is; what is open is neither."""
    weak, values = found.bound.weak, found.values
    if found.outcome is Outcome.NOT_ENTITLED:
        if found.bound.all_weak:
            return True
        return all(one or value is not False for value, one in zip(values, weak, strict=False))
    if found.outcome not in CONFIRMED:
        return False
    for one, shown in zip(weak, found.shown, strict=False):
        if one and shown:
            return True
    return any(weak[len(values) + given.place] for given in found.benefits)
