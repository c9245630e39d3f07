"""An installation of one's own begins at the command line: the root, then the first administrators."""

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Posting
from branches.choices import OrganisationKind
from branches.models import Organisation, Requirement

pytestmark = pytest.mark.django_db
ROOT = ("work_committee_create", "中共青禾市直属机关工作委员会", "--founded=1990-01-01")


def test_an_empty_installation_gets_its_root_rules_and_administrator():
    call_command(*ROOT, "--code=529800")
    root = Organisation.objects.get()
    assert (root.kind, root.code, root.depth) == (OrganisationKind.WORK_COMMITTEE, "529800", 1)
    assert Requirement.objects.filter(code="R03").exists()
    call_command("account_admin", "guanli", "--name=管理甲", "--role=system_admin")
    assert Posting.objects.get().organisation == root


def test_there_is_one_root():
    call_command(*ROOT, "--code=529800")
    with pytest.raises(CommandError):
        call_command(*ROOT, "--code=529801")
    assert Organisation.objects.count() == 1
