from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts.models.users import User


class SignIn(models.Model):
    """A live session, so that its owner can see it and end it. Gone when the session ends."""

    user = models.ForeignKey(User, models.CASCADE, related_name="sign_ins", verbose_name="用户")
    session_key = models.CharField("会话", max_length=40, unique=True, editable=False)
    address = models.CharField("登录地址", max_length=45, blank=True)
    agent = models.CharField("浏览器", max_length=200, blank=True)
    started_at = models.DateTimeField("登录时间", default=timezone.now)
    seen_at = models.DateTimeField("最近活动", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "登录会话"
        ordering = ("-seen_at",)


class SecondFactor(models.Model):
    """A person's one-time code generator (RFC 6238). Stored once a first code confirmed it."""

    user = models.OneToOneField(User, models.CASCADE, related_name="second_factor", verbose_name="用户")
    secret = models.TextField("密钥（加密）", editable=False)
    confirmed_at = models.DateTimeField("启用时间", default=timezone.now, editable=False)
    last_step = models.BigIntegerField("最近用过的时间步", default=0, editable=False)
    failures = models.PositiveSmallIntegerField("连续错误次数", default=0, editable=False)
    locked_until = models.DateTimeField("锁定至", null=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "第二重验证"
