"""App configuration."""

from pathlib import Path

from django.apps import AppConfig

from core import audit
from core.ui import NavItem, register_navigation

STUDY_ACTIONS = {
    "material.publish": "发布学习材料",
    "material.update": "修改学习材料",
    "material.withdraw": "停用学习材料",
    "first_topic.record": "登记第一议题",
    "first_topic.update": "更正第一议题",
    "study_plan.create": "起草学习计划",
    "study_plan.update": "修改学习计划",
    "study_plan.discard": "删除学习计划草稿",
    "study_plan.copy": "复制学习计划",
    "study_plan.publish": "发布学习计划",
    "study_plan.close": "结束学习计划",
    "study_topic.add": "增加学习主题",
    "study_topic.import": "导入学习主题",
    "study_topic.update": "修改学习主题",
    "study_topic.remove": "删除学习主题",
    "study_topic.postpone": "延长学习主题时限",
    "study_topic.cancel": "取消学习主题",
    "study.link": "会议记录关联学习主题",
    "conduct.publish": "发布政治言行规范",
    "conduct.commit": "作出本人承诺",
}
TRAINING_ACTIONS = {
    "training.create": "登记培训班",
    "training.update": "修改培训班",
    "training.close": "培训班结班",
    "training.reopen": "重新登记培训班",
    "training.cancel": "取消培训班",
    "training.roll_add": "登记学员",
    "training.roll_remove": "移出学员",
    "training.roll_record": "登记学员到课和成绩",
    "training_rule.load": "载入学时和培训标准",
    "hours.renew": "更新学时汇总",
    "certificate.issue": "发放培训合格证书",
    "certificate.revoke": "撤销培训合格证书",
    "certificate.register": "登记已发的培训合格证书",
}
FIXTURES = Path(__file__).parent / "fixtures"


class EducationConfig(AppConfig):
    name = "education"
    verbose_name = "理论学习与教育"

    def ready(self) -> None:
        _study_ready()
        _training_ready()


def _study_ready() -> None:
    from branches.selectors.meeting_links import register_meeting_links
    from branches.services.measures import DeadlineSource, register_deadlines
    from branches.services.requirements import register_rules
    from branches.services.worklists import WorklistSource, register_worklist_source
    from core.search import register_source
    from education.selectors import first_topics, materials, meeting_links, study_deadlines

    audit.register(STUDY_ACTIONS)
    register_rules(FIXTURES / "study_requirements.json")
    register_deadlines(
        DeadlineSource(
            name=study_deadlines.SOURCE,
            label="学习计划的必学主题",
            hint="把学过这个主题的会议记录关联上，自动计入。",
            rows=study_deadlines.study_deadlines,
            url=study_deadlines.study_url,
            capability="study.record",
            of_logs=study_deadlines.study_subjects,
        )
    )
    register_worklist_source(
        WorklistSource(
            name=first_topics.SOURCE, label="第一议题", rule=first_topics.RULE, url=first_topics.first_topic_url
        )
    )
    register_source(materials.SOURCE)
    register_meeting_links(meeting_links.study_links)
    register_navigation(
        NavItem("学习计划", "education:plan_list", "book", ("study.view",), "理论学习", 60),
        NavItem("第一议题", "education:first_topic_list", "flag", ("study.view",), "理论学习", 61),
    )


def _training_ready() -> None:
    from branches.services.measures import register_deadlines, register_measure
    from branches.services.requirements import register_rules
    from branches.services.rules import register_rules_loader
    from education.selectors.hours_measure import MEASURES
    from education.selectors.training_deadlines import SOURCES
    from education.services.training_rules import training_rules_told

    audit.register(TRAINING_ACTIONS)
    register_rules(FIXTURES / "training_requirements.json")
    register_rules_loader(training_rules_told)
    for measure in MEASURES:
        register_measure(measure)
    for source in SOURCES:
        register_deadlines(source)
    register_navigation(
        NavItem("培训和持证", "education:class_list", "school", ("training.view",), "理论学习", 65),
        NavItem("我的学时", "education:hours_mine", "certificate", ("hours.view_own",), "理论学习", 66),
    )
