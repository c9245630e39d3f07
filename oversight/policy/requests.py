"""
请示报告: the words that make a report a request, and the usual term of a reply (domain.md §11). Pure.
"""

from __future__ import annotations

SOURCE = "《中国共产党重大事项请示报告条例》"
RULE = f"{SOURCE}：一事一请示，逐级请示报告，不得在报告中夹带请示事项"
#: Working days for a reply where the committee set none: a local default, no rule of the regulation.
DEFAULT_WORKDAYS = 15
MAX_WORKDAYS = 60
#: What closes a request; in a report it asks for a reply that nobody would give.
ASKING = ("请批示", "请批复", "请审批", "请审议", "请核准", "请指示", "请予批准", "妥否", "当否", "可否", "请答复")


def asked_in_report(*texts: str) -> str:
    """The first asking phrase in these texts of a report; "" where there is none."""
    return next((phrase for phrase in ASKING for text in texts if phrase in text), "")
