"""What a dated setting about study hours, classes and certificates fixes."""

from django.db import models


class TrainingMeasure(models.TextChoices):
    DAY_HOURS = "day_hours", "脱产一天折算（学时）"
    HALF_DAY_HOURS = "half_day_hours", "半天讲座折算（学时）"
    MINUTES = "minutes", "支部学习一学时（分钟）"
    LOG_DEFAULT = "log_default", "会议记录没有起止时间时计（学时）"
    LOG_CAP = "log_cap", "一次会议最多计（学时）"
    MEMBER_HOURS = "member_hours", "党员每年（学时）"
    LEADER_HOURS = "leader_hours", "书记和班子成员每年（学时）"
    LEADER_CLASSES = "leader_classes", "书记和班子成员每年集中培训（次）"
    NEWCOMER_MONTHS = "newcomer_months", "转正后参加集中培训（月内）"
    SECRETARY_MONTHS = "secretary_months", "新任书记任职培训（月内）"
    PASS_MARK = "pass_mark", "上岗培训合格线（分）"
    CERTIFICATE_YEARS = "certificate_years", "培训合格证书有效期（年）"
    NOTICE_DAYS = "notice_days", "证书到期前提醒（天）"
    FIRST_MONTHS = "first_months", "新任书记取得证书（月内）"
