from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

from accounts.querysets import ScopedQuerySet
from accounts.roles import Capability, Role
from accounts.scopes import Scope, scope_of
from core.calendar import local_today

if TYPE_CHECKING:
    from accounts.models.postings import HeldRole

username_validator = RegexValidator(
    r"^[a-z0-9][a-z0-9._-]{1,31}\Z", "用户名由 2 至 32 位小写字母、数字、点、横线或下划线组成，以字母或数字开头。"
)


class UserQuerySet(ScopedQuerySet):
    def visible_to(self, user: User, capability: Capability) -> UserQuerySet:
        """Accounts are read by administrators, who reach all of them; the matrix has no narrower reach."""
        return self.all() if user.scope(capability).everything else self.none()

    def active(self) -> UserQuerySet:
        return self.filter(is_active=True)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        """Store a user without any right. No password given means that none works."""
        user = self.model(username=self.model.normalize_username(username).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=(username or "").lower())


class User(AbstractBaseUser):
    """Somebody who can log in. There is no superuser: rights come only from postings."""

    username = models.CharField("用户名", max_length=32, unique=True, validators=[username_validator])
    name = models.CharField("姓名", max_length=50)
    email = models.EmailField("电子邮箱", blank=True)
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("须改初始密码", default=False)
    password_changed_at = models.DateTimeField("密码修改时间", null=True, blank=True)
    session_epoch = models.PositiveIntegerField("会话代次", default=0)
    reminders_muted = models.BooleanField("暂停提醒", default=False)
    email_muted = models.BooleanField("不发邮件", default=False)
    created_at = models.DateTimeField("创建时间", default=timezone.now, editable=False)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = UserManager()

    class Meta:
        verbose_name = verbose_name_plural = "用户"
        ordering = ("username",)

    def __str__(self) -> str:
        return f"{self.name}（{self.username}）"

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    def scope(self, capability: Capability) -> Scope:
        """How far this user reaches with the capability today; all capabilities share one query per user object."""
        scopes: dict[Capability, Scope] = self.__dict__.setdefault("_scopes", {})
        if capability not in scopes:
            places = [(posting.role, posting.path) for posting in self.current_postings]
            scopes[capability] = scope_of(places, capability)
        return scopes[capability]

    def can(self, capability: Capability) -> bool:
        return self.scope(capability).can

    @property
    def current_postings(self) -> list[HeldRole]:
        """Today's postings with their places; none for a disabled or unsaved user. Cached on this object."""
        from accounts.models.postings import held_roles  # it stands on this module

        if "_postings" not in self.__dict__:
            live = self.is_active and self.pk is not None
            self.__dict__["_postings"] = held_roles(self.pk, local_today()) if live else []
        postings: list[HeldRole] = self.__dict__["_postings"]
        return postings

    @property
    def roles(self) -> set[str]:
        return {posting.role for posting in self.current_postings}

    @property
    def audit_role(self) -> str:
        """What the audit trail says of this person's standing: roles and where they are held."""
        return "；".join(f"{Role(posting.role).label}@{posting.place}" for posting in self.current_postings)

    def forget_scope(self) -> None:
        """Drop the cached postings, after they were changed in the same process."""
        self.__dict__.pop("_postings", None)
        self.__dict__.pop("_scopes", None)

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        self.forget_scope()
        super().refresh_from_db(*args, **kwargs)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Sessions die when the password or the epoch changes."""
        return f"{super()._get_session_auth_hash(secret=secret)}.{self.session_epoch}"  # type: ignore[misc]
