"""People on the way for tests, brought along by the services themselves."""

from __future__ import annotations

from datetime import date

from branches.models import MeetingVote
from branches.policy.admission import add_months
from branches.policy.admission_input import StepData
from branches.services.admission import applicant_create
from branches.services.admission_steps import step_record
from tests.factories import make_meeting

BORN = date(1996, 4, 5)
START = date(2023, 1, 10)
#: A life in which everything was done in time; from step 15 on counted from the assembly.
DAYS = {
    2: date(2023, 1, 20), 3: date(2023, 3, 1), 4: date(2023, 3, 10), 5: date(2023, 3, 12), 6: date(2023, 8, 30),
    7: date(2024, 3, 5), 8: date(2024, 3, 15), 9: date(2024, 3, 20), 10: date(2024, 4, 10), 11: date(2024, 4, 20),
    12: date(2024, 5, 6), 13: date(2024, 5, 15), 14: date(2024, 5, 20), 15: date(2024, 5, 31), 16: date(2024, 6, 10),
    17: date(2024, 6, 20), 18: date(2024, 6, 28), 19: date(2024, 6, 25), 20: date(2024, 7, 1), 21: date(2025, 5, 20),
    22: date(2025, 5, 31), 23: date(2025, 6, 10), 24: date(2025, 7, 2), 25: date(2025, 7, 8),
}  # fmt: skip
ASSEMBLY, CONFIRMING = DAYS[15], DAYS[23]


def make_applicant(city, branch=None, name="蒋小满", upto=1, by=None, born=BORN, **chosen):
    """Somebody who has come to step ``upto``; ``chosen``: s7=StepData(...) for single steps."""
    branch, by = branch or city.branch, by or city.user("unit_staff")
    applicant = applicant_create(
        by=by, organisation=branch, name=name, gender="2", birth_date=born, applied_on=START, note="申请书1号"
    )
    for step in range(2, upto + 1):
        record(city, applicant, step, by=by, data=chosen.get(f"s{step}"))
    applicant.refresh_from_db()
    return applicant


def record(city, applicant, step, by=None, data=None, **changed):
    by = by or city.user("unit_staff")
    applicant.refresh_from_db()
    return step_record(by=by, applicant=applicant, step=step, data=data or data_for(applicant, step, **changed))


def data_for(applicant, step, **changed):
    """What is usually said about a step."""
    values = {"done_on": DAYS[step], "note": f"材料{step}号"}
    members = list(applicant.organisation.members.filter(left_on=None, category="full").order_by("pk"))
    values |= {
        5: {"helpers": tuple(members[:1])},
        9: {"helpers": tuple(members[:2])},
        11: {"training_hours": 24},
        15: {"vote": None},
        23: {"vote": None, "outcome": "confirm"},
    }.get(step, {})
    if step in (15, 23) and "vote" not in changed:
        values["vote"] = make_vote(applicant.organisation, values["done_on"], applicant.name)
    return StepData(**{**values, **changed})


def make_vote(branch, day, name, passed=True, rule="admission", method="secret", **fields):
    meeting = make_meeting(branch, day, title="讨论发展党员")
    figures = {"should": 5, "present": 5, "approve": 5 if passed else 2}
    return MeetingVote.objects.create(
        meeting=meeting, subject=f"{name}同志", rule=rule, method=method, passed=passed, **{**figures, **fields}
    )


def later(day, months):
    return add_months(day, months)
