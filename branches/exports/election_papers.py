"""The papers of an election, made from its record: nothing in them is typed again (domain.md §3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from branches.choices import ElectionBody, ElectionOffice
from branches.policy import elections as policy
from branches.selectors.elections import SINGLE_ALLOWED, ContestState, ElectionPage, RoundState
from core.documents import Block, Document, Heading, KeyValues, PageBreak, Paragraph, Signatures, Table

BLANK = "　　　　"
REGULATION = "《中国共产党基层组织选举工作条例》"


def _day(value: date | None) -> str:
    return f"{value.year}年{value.month}月{value.day}日" if value else f"{BLANK}年　　月　　日"


def _name(page: ElectionPage) -> str:
    return page.election.organisation.name


def _kind(page: ElectionPage) -> str:
    return page.election.get_kind_display()


def _signed(page: ElectionPage, day: date | None) -> list[Block]:
    return [
        Paragraph(_name(page), align="right", indent=False),
        Paragraph(_day(day), align="right", indent=False),
    ]


def request(page: ElectionPage) -> Document:
    """换届请示: why, when, how many seats and candidates, and how they are elected."""
    election = page.election
    blocks: list[Block] = [
        Paragraph("上级党组织：", indent=False),
        Paragraph(_reason(page)),
        Heading(1, "一、会议时间和议程"),
        Paragraph(
            f"拟于{_day(election.planned_on)}召开党员大会，议程为：听取和审查上一届工作报告；通过选举办法；进行选举。"
            if not election.is_by_election
            else f"拟于{_day(election.planned_on)}召开党员大会进行补选。"
        ),
        Heading(1, "二、名额和候选人"),
        _seats_table(page),
        Heading(1, "三、选举办法"),
        *[Paragraph(text) for text in _rules(page)],
    ]
    named = [state for state in page.contests if state.named]
    if named:
        blocks.append(Heading(1, "四、候选人建议名单（以姓氏笔画为序）"))
        blocks += [Paragraph(f"{_title(state)}候选人：{_names(state)}。") for state in named]
    blocks += [Paragraph("妥否，请批示。"), *_signed(page, election.request_on)]
    return Document(f"关于{_kind(page)}的请示", blocks, subtitle=election.request_number)


def _reason(page: ElectionPage) -> str:
    election = page.election
    if election.is_by_election:
        return (
            f"因{_name(page)}第{election.number}届委员会出现空缺，根据{REGULATION}有关规定，拟进行补选。"
            "现将有关事项请示如下："
        )
    term = election.organisation.terms.exclude(pk=election.term_id).filter(number__lt=election.number).first()
    past = (
        f"第{term.number}届于{_day(term.elected_on)}选举产生，任期{term.years}年，于{_day(term.expires_on)}届满。"
        if term
        else ""
    )
    return (
        f"{_name(page)}{past}根据《中国共产党章程》和{REGULATION}有关规定，拟进行换届选举，产生第{election.number}届，"
        f"任期{election.years}年。现将有关事项请示如下："
    )


def _seats_table(page: ElectionPage) -> Table:
    rows = [
        [
            state.contest.get_office_display(),
            state.contest.get_body_display(),
            state.contest.seats,
            _planned(page, state),
            "等额或差额" if state.contest.office in SINGLE_ALLOWED else "差额",
        ]
        for state in page.contests
    ]
    return Table(["职务", "选举人", "应选名额", "候选人数", "方式"], rows, [2, 3, 2, 2, 2], ["center"] * 5)


def _planned(page: ElectionPage, state: ContestState) -> int:
    single = state.contest.office in SINGLE_ALLOWED
    needed = policy.candidates_needed(state.contest.seats, page.rules.difference_percent, single_allowed=single)
    return len(state.named) or needed


def _rules(page: ElectionPage) -> list[str]:
    """How the election goes, each rule with its figures."""
    base = page.election.get_base_display()
    percent = page.rules.difference_percent
    quorum = "五分之四" if page.rules.quorum_percent == 80 else f"{page.rules.quorum_percent}%"
    texts = [
        f"选举采用无记名投票方式。有选举权的到会人数不少于应到会人数的{quorum}，方可进行选举。预备党员没有表决权、选举权和被选举权。",
        f"委员候选人的差额不少于应选人数的{percent}%，不足1人的进为1人；书记、副书记可以等额选举。候选人以姓氏笔画为序排列。",
        "收回的选票等于或者少于发出的选票，选举有效；多于发出的选票，选举无效，应当重新选举。"
        "每张选票所选的人数等于或者少于应选人数的为有效票，多于应选人数的为无效票。",
        "对候选人可以投赞成票、不赞成票或者弃权；投不赞成票的，可以另选他人；投弃权票的，不得另选他人。",
        f"被选举人获得的赞成票超过{base}的半数，始得当选。超过半数的人数多于应选名额时，以得票多的当选；票数相等不能确定时，"
        "就票数相等的被选举人重新投票，得票多的当选；当选人少于应选名额时，对不足的名额另行选举，经多数选举人同意也可以暂缺。",
    ]
    if any(state.contest.body == ElectionBody.COMMITTEE for state in page.contests):
        texts.append("书记、副书记由新当选的委员会第一次全体会议选举产生。")
    return texts


def method(page: ElectionPage) -> Document:
    """选举办法（草案）."""
    election = page.election
    articles = [
        f"根据《中国共产党章程》和{REGULATION}，制定本办法。",
        f"本次{_kind(page)}的名额为：" + "，".join(f"{_title(s)}{s.contest.seats}名" for s in page.contests) + "。",
        *_rules(page),
        f"选举设监票人（{election.scrutineers or BLANK}）和计票人（{election.tellers or BLANK}），"
        "由党员大会从不是候选人的党员中推选通过，对选举全过程进行监督和计票。计票结束后，由监票人向大会报告计票结果。",
        "本办法经党员大会通过后生效。",
    ]
    blocks: list[Block] = [Paragraph(f"第{_figure(n)}条　{text}") for n, text in enumerate(articles, start=1)]
    source = page.base_rule
    if source:
        blocks.append(
            Paragraph(f"（过半数的基数取“{election.get_base_display()}”，依据：{source.source}{source.article}）")
        )
    return Document(f"{_kind(page)}办法（草案）", blocks, subtitle=_name(page))


def _figure(number: int) -> str:
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    return ("十" if tens == 1 else digits[tens] + "十" if tens else "") + (digits[ones] if ones else "")


def candidates(page: ElectionPage) -> Document:
    """候选人名单, in the order of the ballot."""
    blocks: list[Block] = []
    for state in page.contests:
        blocks.append(Heading(1, f"{_title(state)}候选人（应选{state.contest.seats}名）"))
        rows = [
            [
                place,
                candidate.member.name,
                candidate.member.get_gender_display(),
                candidate.member.birth_date.strftime("%Y.%m") if candidate.member.birth_date else "",
                candidate.member.joined_on.strftime("%Y.%m") if candidate.member.joined_on else "",
                candidate.member.position,
            ]
            for place, candidate in enumerate(state.named, start=1)
        ]
        heads = ["序号", "姓名", "性别", "出生年月", "入党时间", "职务"]
        blocks.append(
            Table(
                heads,
                rows,
                [1, 2, 1, 2, 2, 4],
                ("center", "center", "center", "center", "center", "left"),
                empty="待定",
            )
        )
    blocks.append(Paragraph("注：以姓氏笔画为序。", indent=False))
    return Document(f"{_kind(page)}候选人名单", blocks, subtitle=_name(page))


def ballots(page: ElectionPage) -> Document:
    """选票: one page for every contest, for those who stand in the vote that comes next."""
    blocks: list[Block] = []
    for state in page.contests:
        if blocks:
            blocks.append(PageBreak())
        blocks += _ballot(page, state)
    return Document("选　票", blocks, subtitle=_name(page))


def _ballot(page: ElectionPage, state: ContestState) -> list[Block]:
    stand = state.voters or state.named
    seats = state.open_seats or state.contest.seats
    rows = [["", candidate.member.name] for candidate in stand]
    extra = [["", ""] for _ in range(min(seats, 3))]
    return [
        Heading(1, f"选举{_title(state)}（应选{seats}名）"),
        Table(["符号", "候选人姓名（以姓氏笔画为序）"], rows, [1, 4], ["center", "center"], empty="待定"),
        Table(["符号", "另选人姓名"], extra, [1, 4], ["center", "center"]),
        Paragraph(
            "说明：赞成的在姓名左边的空格内画“○”，不赞成的画“×”，弃权的不画任何符号；不赞成的可以另选他人，把姓名写在另选人栏内"
            f"并画“○”。所选人数多于{seats}名的为无效票。",
            indent=False,
        ),
        Paragraph(f"（加盖党组织印章）　{_day(page.election.held_on or page.election.planned_on)}", align="right"),
    ]


def tally(page: ElectionPage) -> Document:
    """监票计票报告单: filled in from what was counted; blank to write on where nothing was yet."""
    election = page.election
    blocks: list[Block] = []
    for state in page.contests:
        if blocks:
            blocks.append(PageBreak())
        for done in state.rounds:
            blocks += _counted(state, done)
        if not state.rounds:
            blocks += _uncounted(state)
    blocks.append(
        Signatures([f"监票人（{election.scrutineers}）" if election.scrutineers else "监票人",
                    f"计票人（{election.tellers}）" if election.tellers else "计票人"], date=_day(election.held_on))
    )  # fmt: skip
    return Document("监票计票报告单", blocks, subtitle=f"{_name(page)}　{_kind(page)}")


def _counted(state: ContestState, done: RoundState) -> list[Block]:
    row = done.round
    order = sorted(done.lines, key=lambda line: -line[0].approve)
    return [
        Heading(1, f"选举{_title(state)}：第{row.number}次投票（{row.get_kind_display()}）"),
        KeyValues(_figures(done)),
        Table(
            ["姓名", "赞成", "不赞成", "弃权", "结果"],
            [
                [vote.candidate.member.name, vote.approve, vote.oppose, abstain, "当选" if vote.elected else ""]
                for vote, abstain in order
            ],
            [3, 2, 2, 2, 2],
            ["center"] * 5,
        ),
        Paragraph(done.verdict.message),
    ]  # fmt: skip


def _figures(done: RoundState) -> list[tuple[str, int]]:
    row = done.round
    return [
        ("应到会人数", row.eligible),
        ("实到会人数", row.present),
        ("发出选票", row.issued),
        ("收回选票", row.returned),
        ("有效票", row.valid),
        ("无效票", row.returned - row.valid),
        ("应选名额", row.seats),
        ("当选人数", len(done.verdict.elected)),
    ]


def _uncounted(state: ContestState) -> list[Block]:
    names = ["应到会人数", "实到会人数", "发出选票", "收回选票", "有效票", "无效票"]
    rows = [[candidate.member.name, "", "", "", ""] for candidate in state.voters or state.named]
    return [
        Heading(1, f"选举{_title(state)}（应选{state.contest.seats}名）"),
        KeyValues([(name, "") for name in names]),
        Table(["姓名", "赞成", "不赞成", "弃权", "结果"], rows, [3, 2, 2, 2, 2], ["center"] * 5, empty="待定"),
    ]


def result(page: ElectionPage) -> Document:
    """选举结果报告."""
    election = page.election
    blocks: list[Block] = [
        Paragraph("上级党组织：", indent=False),
        Paragraph(
            f"{_name(page)}于{_day(election.held_on)}召开党员大会，"
            f"采用无记名投票方式进行{_kind(page)}，现将选举结果报告如下："
        ),
    ]
    for number, state in enumerate(page.contests, start=1):
        blocks.append(Heading(1, f"{_figure(number)}、{_title(state)}"))
        blocks += [Paragraph(done.verdict.message) for done in state.rounds]
        blocks.append(_elected_table(state))
        if state.contest.left_vacant:
            consent = state.contest.vacancy_consent
            blocks.append(Paragraph(f"经{consent}名选举人同意，名额暂缺{state.contest.left_vacant}名。"))
    leaders = (
        "书记、副书记请予批准，" if any(s.contest.office != ElectionOffice.COMMITTEE for s in page.contests) else ""
    )
    blocks += [Paragraph(f"以上结果，{leaders}委员请予备案。特此报告。"), *_signed(page, election.report_on)]
    return Document(f"关于{_kind(page)}结果的报告", blocks, subtitle=election.report_number)


def _elected_table(state: ContestState) -> Table:
    last = {vote.candidate_id: vote.approve for done in state.rounds for vote in done.votes if vote.elected}
    rows = [
        [
            candidate.member.name,
            last.get(candidate.pk, ""),
            candidate.get_post_display() or state.contest.get_office_display(),
        ]
        for candidate in state.elected
    ]
    return Table(
        ["当选人（以姓氏笔画为序）", "得赞成票", "分工或职务"], rows, [3, 2, 3], ["center"] * 3, empty="尚未选出"
    )


def _title(state: ContestState) -> str:
    return str(state.contest.get_office_display())


def _names(state: ContestState) -> str:
    return "、".join(candidate.member.name for candidate in state.named)


#: Name in the URL -> (title, writer).
PAPERS: dict[str, tuple[str, Callable[[ElectionPage], Document]]] = {
    "request": ("换届请示", request),
    "method": ("选举办法", method),
    "candidates": ("候选人名单", candidates),
    "ballots": ("选票", ballots),
    "tally": ("监票计票报告单", tally),
    "result": ("选举结果报告", result),
}
