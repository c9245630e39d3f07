"""The shape of what people type into the account pages."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from accounts.models import User
from accounts.roles import ROOT_ROLES, Capability, Role
from accounts.selectors import organisations_for_grants, user_by_login
from core.calendar import local_today
from core.forms_ui import AutocompleteSelect, DateInput

NEW_PASSWORD = forms.PasswordInput(attrs={"autocomplete": "new-password"})


def refuse(form: forms.BaseForm, error: ValidationError) -> None:
    """Put a service's refusal on the form: on its fields where it names them, above the form otherwise."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
    for field, problems in by_field.items():
        form.add_error(field if field in form.fields else None, problems)


class LoginForm(forms.Form):
    username = forms.CharField(
        label="用户名",
        max_length=64,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}
        ),
    )
    password = forms.CharField(
        label="密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def clean_username(self) -> str:
        return str(self.cleaned_data["username"]).lower()


class CodeForm(forms.Form):
    code = forms.CharField(
        label="动态码",
        max_length=6,
        min_length=6,
        help_text="验证器应用里显示的 6 位数字，只能用一次。",
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "pattern": "[0-9]*", "autofocus": True}
        ),
    )


class NewPasswordForm(forms.Form):
    """A new password, typed twice. Whether it is good enough is judged by the service."""

    new_password = forms.CharField(label="新密码", strip=False, max_length=128, widget=NEW_PASSWORD)
    repeated = forms.CharField(label="再输入一次", strip=False, max_length=128, widget=NEW_PASSWORD)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("new_password") and data.get("repeated") and data["new_password"] != data["repeated"]:
            self.add_error("repeated", "两次输入的密码不一致。")
        return data


class PasswordChangeForm(NewPasswordForm):
    old_password = forms.CharField(
        label="原密码",
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )
    field_order = ("old_password", "new_password", "repeated")


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ("email", "reminders_muted", "email_muted")
        help_texts: ClassVar[dict[str, str]] = {
            "reminders_muted": "不再收到提醒；该做的事项仍在首页可见。",
            "email_muted": "提醒只进站内消息，不发邮件。",
        }


class AccountForm(forms.Form):
    username = forms.CharField(
        label="用户名",
        max_length=32,
        help_text="小写字母、数字、点、横线、下划线；创建后不能改。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    name = forms.CharField(label="姓名", max_length=50, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    email = forms.EmailField(label="电子邮箱", required=False, widget=forms.EmailInput(attrs={"autocomplete": "off"}))


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="理由", max_length=200, error_messages={"required": "请写明理由。"}, widget=forms.TextInput()
    )


class ProposalForm(forms.Form):
    """A grant asked for. The person is named twice, so that nobody is mistaken and no directory is needed."""

    username = forms.CharField(label="用户名", max_length=32, help_text="对方的登录用户名。")
    name = forms.CharField(label="姓名", max_length=50, help_text="须与账号登记的姓名一致。")
    organisation: forms.ModelChoiceField = forms.ModelChoiceField(
        None,
        label="党组织",
        widget=AutocompleteSelect("accounts:grant_places"),
        error_messages={"invalid_choice": "没有这个党组织，或不在您的管理范围内。"},
    )
    role = forms.ChoiceField(label="角色")
    starts_on = forms.DateField(label="起始日期", initial=local_today, widget=DateInput())
    ends_on = forms.DateField(
        label="截止日期", required=False, widget=DateInput(), help_text="不填则一直有效，直到撤销。"
    )
    reason = forms.CharField(label="授权理由", max_length=200)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reaches_all = by.scope(Capability.ROLE_GRANT_PROPOSE).everything
        roles = [role for role in Role if reaches_all or role not in ROOT_ROLES]
        self.fields["role"].choices = [("", "请选择"), *((role.value, role.label) for role in roles)]  # type: ignore[attr-defined]
        self.fields["organisation"].queryset = organisations_for_grants(by)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("username") and data.get("name"):
            data["user"] = user_by_login(data["username"])
            if data["user"] is None or data["user"].name != data["name"].strip():
                self.add_error("username", "没有这个用户名和姓名的账号。")
        return data

    def proposal(self) -> dict[str, Any]:
        """The keyword arguments of ``posting_propose``."""
        return {key: value for key, value in self.cleaned_data.items() if key not in ("username", "name")}
