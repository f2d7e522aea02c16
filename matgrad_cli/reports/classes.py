"""A class at a glance: how many students, how the points are distributed, how each problem went,
the commonest slips."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ..records.finding import Report
from .tables import graded_problems

_TENTHS = ("0–9", "10–19", "20–29", "30–39", "40–49", "50–59", "60–69", "70–79", "80–89", "90–100")
_BAR = 30
_MOST = 8


def class_of(report: Report) -> dict[str, Any] | None:
    """The figures, as JSON shows them; None where the files are one student's, or no key says what was asked."""
    graded = graded_problems(report) if report.keyed else {}
    if len(graded) < 2:
        return None
    most = sum(points for _, points in report.asked or ())
    totals = sorted(sum(one.score for one in theirs) for theirs in graded.values())
    share = [total / most if most else 0.0 for total in totals]
    slips: Counter[str] = Counter()
    problems: dict[str, Counter[str]] = {name: Counter() for name, _ in report.asked or ()}
    scores: dict[str, float] = dict.fromkeys(problems, 0.0)
    for one in (one for theirs in graded.values() for one in theirs):
        scores[one.name] += one.score
        problems[one.name]["missing" if one.missing else one.verdict] += 1
        if one.problem is not None and one.verdict == "wrong" and one.problem.slip and not one.missing:
            slips[one.problem.slip] += 1
    count, tenths = len(totals), [min(int(part * 10 + 1e-9), 9) for part in share]
    return {
        "students": count,
        "points": most,
        "mean": round(sum(totals) / count, 4),
        "median": round((totals[(count - 1) // 2] + totals[count // 2]) / 2, 4),
        "distribution": {name: tenths.count(tenth) for tenth, name in enumerate(_TENTHS)},
        "problems": {name: {**counts, "mean": round(scores[name] / count, 4)} for name, counts in problems.items()},
        "slips": dict(slips.most_common()),
    }


def class_text(report: Report) -> str:
    """The figures in lines; empty where there is no class."""
    found = class_of(report)
    if found is None:
        return ""
    mean = f"mean {found['mean']:g} of {found['points']:g}"
    out = [f"class: {found['students']} students, {mean}, median {found['median']:g}"]
    largest = max(found["distribution"].values())
    for tenth, count in found["distribution"].items():
        if count:
            out.append(f"  {tenth:>6} %  {'█' * max(1, round(_BAR * count / largest))} {count}")
    for name, counts in found["problems"].items():
        said = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if verdict != "mean")
        out.append(f"  problem {name}: mean {counts['mean']:g}, {said}")
    if found["slips"]:
        commonest = list(found["slips"].items())[:_MOST]
        out.append("  commonest slips: " + ", ".join(f"{code} {count}" for code, count in commonest))
    return "\n".join(out) + "\n"
