"""Roles are code: what each role may do and how far it reaches. The database stores only who holds which role where.

The tables below equal ``docs/permission_matrix.csv``; ``tests/accounts/test_roles.py`` compares them both ways.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from django.db import models


class Capability(StrEnum):
    """``object.action`` of the permission matrix."""

    ORG_UNIT_LIST = "org_unit.list"
    ORG_UNIT_CREATE = "org_unit.create"
    ORG_UNIT_UPDATE = "org_unit.update"
    ORG_UNIT_DISABLE = "org_unit.disable"
    BRANCH_VIEW = "branch.view"
    BRANCH_CREATE = "branch.create"
    BRANCH_UPDATE = "branch.update"
    BRANCH_DISABLE = "branch.disable"
    MEMBER_LIST = "member.list"
    MEMBER_VIEW_MASKED = "member.view_masked"
    MEMBER_CREATE = "member.create"
    MEMBER_UPDATE = "member.update"
    MEMBER_UPDATE_OWN_CONTACT = "member.update_own_contact"
    MEMBER_TRANSFER = "member.transfer"
    MEMBER_DISABLE = "member.disable"
    MEMBER_PII_REVEAL = "member_pii.reveal"
    MEMBER_PII_EXPORT = "member_pii.export"
    DRAFT_VIEW = "draft.view"
    DRAFT_CREATE = "draft.create"
    DRAFT_UPDATE = "draft.update"
    DRAFT_DELETE = "draft.delete"
    MEETING_LIST = "meeting.list"
    MEETING_VIEW = "meeting.view"
    MEETING_HISTORY = "meeting.history"
    MEETING_SUBMIT = "meeting.submit"
    MEETING_RETURN = "meeting.return"
    MEETING_AMEND_REQUEST = "meeting.amend_request"
    MEETING_UNLOCK = "meeting.unlock"
    MEETING_VOID = "meeting.void"
    MEETING_SPOT_CHECK = "meeting.spot_check"
    ATTACHMENT_UPLOAD = "attachment.upload"
    ATTACHMENT_DOWNLOAD = "attachment.download"
    ATTACHMENT_DELETE_IN_DRAFT = "attachment.delete_in_draft"
    ATTENDANCE_VIEW = "attendance.view"
    ATTENDANCE_UPDATE = "attendance.update"
    ATTENDANCE_CONFIRM_SELF = "attendance.confirm_self"
    REMINDER_LIST = "reminder.list"
    REMINDER_CREATE = "reminder.create"
    REMINDER_ACK = "reminder.ack"
    REMINDER_CANCEL = "reminder.cancel"
    REPORT_UNIT_VIEW = "report_unit.view"
    REPORT_UNIT_GENERATE = "report_unit.generate"
    REPORT_CITY_VIEW = "report_city.view"
    REPORT_CITY_GENERATE = "report_city.generate"
    IMPORT_UPLOAD = "import.upload"
    IMPORT_PREVIEW = "import.preview"
    IMPORT_COMMIT = "import.commit"
    EXPORT_CREATE = "export.create"
    EXPORT_DOWNLOAD_OWN = "export.download_own"
    RECTIFY_ISSUE = "rectify.issue"
    RECTIFY_REPLY = "rectify.reply"
    RECTIFY_CLOSE = "rectify.close"
    ACCOUNT_LIST = "account.list"
    ACCOUNT_CREATE_WITHOUT_ROLE = "account.create_without_role"
    ACCOUNT_DISABLE = "account.disable"
    ACCOUNT_ISSUE_RESET_LINK = "account.issue_reset_link"
    ACCOUNT_UNLOCK = "account.unlock"
    ROLE_GRANT_LIST = "role_grant.list"
    ROLE_GRANT_PROPOSE = "role_grant.propose"
    ROLE_GRANT_APPROVE = "role_grant.approve"
    ROLE_GRANT_REVOKE = "role_grant.revoke"
    SESSION_LIST_OWN = "session.list_own"
    SESSION_KILL_OTHERS = "session.kill_others"
    SEC_POLICY_VIEW = "sec_policy.view"
    SEC_POLICY_UPDATE = "sec_policy.update"
    SYS_PARAM_UPDATE = "sys_param.update"
    BACKUP_RUN = "backup.run"
    BACKUP_RESTORE_TO_SCRATCH = "backup.restore_to_scratch"
    AUDIT_SEARCH_BUSINESS = "audit.search_business"
    AUDIT_SEARCH_ADMIN = "audit.search_admin"
    AUDIT_SEARCH_AUDITOR_ACTIONS = "audit.search_auditor_actions"
    AUDIT_EXPORT = "audit.export"
    AUDIT_VERIFY_CHAIN = "audit.verify_chain"
    AUDIT_UPDATE_OR_DELETE = "audit.update_or_delete"
    OBLIGATION_LIST = "obligation.list"
    OBLIGATION_VIEW = "obligation.view"
    OBLIGATION_WAIVE = "obligation.waive"
    MEETING_CORRECT = "meeting.correct"
    NOTICE_LIST_OWN = "notice.list_own"
    JOB_VIEW_OWN = "job.view_own"
    ACCOUNT_VIEW_OWN = "account.view_own"
    REPORT_UNIT_DOWNLOAD = "report_unit.download"
    REPORT_CITY_DOWNLOAD = "report_city.download"
    ELECTION_VIEW = "election.view"
    ELECTION_RECORD = "election.record"
    ELECTION_APPROVE = "election.approve"
    ADMISSION_VIEW = "admission.view"
    ADMISSION_RECORD = "admission.record"
    ADMISSION_APPROVE = "admission.approve"
    DUES_VIEW_OWN = "dues.view_own"
    DUES_VIEW = "dues.view"
    DUES_SUMMARY = "dues.summary"
    DUES_RECORD = "dues.record"
    DUES_APPROVE = "dues.approve"
    DUES_ACCOUNT = "dues.account"
    APPRAISAL_VIEW = "appraisal.view"
    APPRAISAL_RECORD = "appraisal.record"
    TALK_VIEW = "talk.view"
    TALK_RECORD = "talk.record"
    PLAN_VIEW = "plan.view"
    PLAN_WRITE = "plan.write"
    CEREMONY_VIEW = "ceremony.view"
    CEREMONY_RECORD = "ceremony.record"
    QUARTER_VIEW = "quarter.view"
    QUARTER_CLOSE = "quarter.close"
    QUARTER_REOPEN = "quarter.reopen"
    HANDBOOK_GENERATE = "handbook.generate"
    WORKLIST_VIEW = "worklist.view"
    WORKLIST_MANAGE = "worklist.manage"
    WORKLIST_REPORT = "worklist.report"
    WORKLIST_CLOSE = "worklist.close"
    STUDY_VIEW = "study.view"
    STUDY_RECORD = "study.record"
    MATERIAL_PUBLISH = "material.publish"
    TRAINING_VIEW = "training.view"
    TRAINING_RECORD = "training.record"
    HOURS_VIEW_OWN = "hours.view_own"
    HOURS_VIEW = "hours.view"
    CERTIFICATE_VIEW = "certificate.view"
    CERTIFICATE_RECORD = "certificate.record"
    CONDUCT_COMMIT = "conduct.commit"
    CONDUCT_PUBLISH = "conduct.publish"
    WARNING_VIEW = "warning.view"
    WARNING_RECORD = "warning.record"
    CIRCULAR_VIEW = "circular.view"
    CIRCULAR_PUBLISH = "circular.publish"
    INTEGRITY_VIEW = "integrity.view"
    INTEGRITY_RECORD = "integrity.record"
    DISCIPLINE_COMMITTEE_VIEW = "discipline_committee.view"
    DISCIPLINE_COMMITTEE_RECORD = "discipline_committee.record"
    INTEGRITY_TALK_VIEW = "integrity_talk.view"
    INTEGRITY_TALK_RECORD = "integrity_talk.record"
    DIRECTIVE_VIEW = "directive.view"
    DIRECTIVE_WRITE = "directive.write"
    CAMPAIGN_VIEW = "campaign.view"
    CAMPAIGN_WRITE = "campaign.write"
    FILING_VIEW = "filing.view"
    FILING_SUBMIT = "filing.submit"
    FILING_REVIEW = "filing.review"
    REQUEST_VIEW = "request.view"
    REQUEST_SUBMIT = "request.submit"
    REQUEST_REPLY = "request.reply"
    ANALYSIS_VIEW = "analysis.view"
    ANALYSIS_WRITE = "analysis.write"
    LIAISON_VIEW = "liaison.view"
    LIAISON_RECORD = "liaison.record"
    SIT_IN_VIEW = "sit_in.view"
    SIT_IN_RECORD = "sit_in.record"
    INSPECTION_VIEW = "inspection.view"
    INSPECTION_WRITE = "inspection.write"
    INSPECTION_APPROVE = "inspection.approve"
    RESEARCH_VIEW = "research.view"
    RESEARCH_WRITE = "research.write"
    BRAND_VIEW = "brand.view"
    BRAND_WRITE = "brand.write"
    BRAND_REVIEW = "brand.review"
    VANGUARD_VIEW = "vanguard.view"
    VANGUARD_RECORD = "vanguard.record"
    PLEDGE_WRITE_OWN = "pledge.write_own"
    PLEDGE_REVIEW = "pledge.review"
    VOLUNTEER_VIEW = "volunteer.view"
    VOLUNTEER_RECORD = "volunteer.record"
    PAIRING_VIEW = "pairing.view"
    PAIRING_RECORD = "pairing.record"
    VILLAGE_POSTING_VIEW = "village_posting.view"
    VILLAGE_POSTING_RECORD = "village_posting.record"
    FUSION_VIEW = "fusion.view"
    FUSION_WRITE = "fusion.write"
    SUGGESTION_WRITE = "suggestion.write"
    SUGGESTION_ANSWER = "suggestion.answer"


class Role(models.TextChoices):
    MEMBER = "member", "党员"
    BRANCH_SECRETARY = "branch_secretary", "党支部书记"
    UNIT_STAFF = "unit_staff", "单位党务干部"
    UNIT_DISCIPLINE = "unit_discipline", "机关纪委干部"
    CITY_STAFF = "city_staff", "工委干部"
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDIT_ADMIN = "audit_admin", "审计管理员"


class Reach(StrEnum):
    """How far a capability goes from the posted organisation."""

    SELF = "self"
    OWN = "own"
    UNIT = "unit"
    CITY = "city"


C = Capability

ADMINISTRATORS: frozenset[Role] = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
# Where a role may be held: at the root only, at a unit or below it, or only below a unit (everything else).
ROOT_ROLES: frozenset[Role] = frozenset({Role.CITY_STAFF, *ADMINISTRATORS})
UNIT_ROLES: frozenset[Role] = frozenset({Role.UNIT_STAFF, Role.UNIT_DISCIPLINE})
#: Who answers for what is asked of the organisation of the posting itself.
ANSWERING_ROLES: frozenset[Role] = frozenset({Role.BRANCH_SECRETARY, Role.UNIT_STAFF, Role.CITY_STAFF})

_EVERYONE = (C.SESSION_LIST_OWN, C.NOTICE_LIST_OWN, C.JOB_VIEW_OWN, C.ACCOUNT_VIEW_OWN, C.SUGGESTION_WRITE)


def _grants(groups: Mapping[Reach, Iterable[Capability]]) -> dict[Capability, Reach]:
    grants = dict.fromkeys(_EVERYONE, Reach.SELF)
    grants.update({capability: reach for reach, group in groups.items() for capability in group})
    return grants


# fmt: off
ROLES: dict[Role, dict[Capability, Reach]] = {
    Role.MEMBER: _grants({
        Reach.SELF: (
            C.MEMBER_VIEW_MASKED, C.MEMBER_UPDATE_OWN_CONTACT, C.MEMBER_PII_REVEAL, C.ATTENDANCE_VIEW,
            C.ATTENDANCE_CONFIRM_SELF, C.REMINDER_LIST, C.REMINDER_ACK,
            C.DUES_VIEW_OWN,
            C.HOURS_VIEW_OWN, C.CONDUCT_COMMIT, C.PLEDGE_WRITE_OWN,
        ),
        Reach.OWN: (
            C.BRANCH_VIEW, C.MEMBER_LIST, C.MEETING_LIST, C.MEETING_VIEW, C.ATTACHMENT_DOWNLOAD,
            C.OBLIGATION_LIST, C.OBLIGATION_VIEW,
            C.ELECTION_VIEW, C.DUES_ACCOUNT, C.PLAN_VIEW, C.QUARTER_VIEW,
            C.STUDY_VIEW, C.WARNING_VIEW, C.CIRCULAR_VIEW, C.BRAND_VIEW, C.VANGUARD_VIEW, C.VOLUNTEER_VIEW,
            C.FUSION_VIEW,
        ),
        Reach.UNIT: (
            C.ORG_UNIT_LIST,
        ),
    }),
    Role.BRANCH_SECRETARY: _grants({
        Reach.SELF: (
            C.MEMBER_UPDATE_OWN_CONTACT, C.ATTENDANCE_CONFIRM_SELF, C.EXPORT_DOWNLOAD_OWN,
            C.DUES_VIEW_OWN,
            C.HOURS_VIEW_OWN, C.CONDUCT_COMMIT, C.PLEDGE_WRITE_OWN,
        ),
        Reach.OWN: (
            C.BRANCH_VIEW, C.BRANCH_UPDATE, C.MEMBER_LIST, C.MEMBER_VIEW_MASKED, C.MEMBER_CREATE,
            C.MEMBER_UPDATE, C.MEMBER_PII_REVEAL, C.DRAFT_VIEW, C.DRAFT_CREATE, C.DRAFT_UPDATE, C.DRAFT_DELETE,
            C.MEETING_LIST, C.MEETING_VIEW, C.MEETING_HISTORY, C.MEETING_SUBMIT, C.MEETING_AMEND_REQUEST,
            C.ATTACHMENT_UPLOAD, C.ATTACHMENT_DOWNLOAD, C.ATTACHMENT_DELETE_IN_DRAFT, C.ATTENDANCE_VIEW,
            C.ATTENDANCE_UPDATE, C.REMINDER_LIST, C.REMINDER_ACK, C.IMPORT_UPLOAD, C.IMPORT_PREVIEW,
            C.EXPORT_CREATE, C.RECTIFY_REPLY, C.OBLIGATION_LIST, C.OBLIGATION_VIEW, C.MEETING_CORRECT,
            C.ELECTION_VIEW, C.ELECTION_RECORD, C.ADMISSION_VIEW, C.ADMISSION_RECORD, C.DUES_VIEW,
            C.DUES_SUMMARY, C.DUES_RECORD, C.APPRAISAL_VIEW, C.APPRAISAL_RECORD, C.TALK_VIEW, C.TALK_RECORD,
            C.PLAN_VIEW, C.PLAN_WRITE, C.CEREMONY_VIEW, C.CEREMONY_RECORD, C.QUARTER_VIEW, C.QUARTER_CLOSE,
            C.HANDBOOK_GENERATE, C.DUES_ACCOUNT,
            C.WORKLIST_VIEW, C.WORKLIST_MANAGE, C.WORKLIST_REPORT, C.STUDY_VIEW, C.STUDY_RECORD, C.TRAINING_VIEW,
            C.HOURS_VIEW, C.CERTIFICATE_VIEW, C.WARNING_VIEW, C.WARNING_RECORD, C.CIRCULAR_VIEW, C.INTEGRITY_VIEW,
            C.DIRECTIVE_VIEW, C.CAMPAIGN_VIEW, C.REQUEST_VIEW, C.REQUEST_SUBMIT, C.INSPECTION_VIEW, C.BRAND_VIEW,
            C.BRAND_WRITE, C.VANGUARD_VIEW, C.VANGUARD_RECORD, C.PLEDGE_REVIEW, C.VOLUNTEER_VIEW, C.VOLUNTEER_RECORD,
            C.PAIRING_VIEW, C.PAIRING_RECORD, C.FUSION_VIEW, C.FUSION_WRITE,
        ),
        Reach.UNIT: (
            C.ORG_UNIT_LIST,
        ),
    }),
    Role.UNIT_STAFF: _grants({
        Reach.SELF: (
            C.MEMBER_UPDATE_OWN_CONTACT, C.ATTENDANCE_CONFIRM_SELF, C.EXPORT_DOWNLOAD_OWN,
            C.DUES_VIEW_OWN,
            C.HOURS_VIEW_OWN, C.CONDUCT_COMMIT, C.PLEDGE_WRITE_OWN,
        ),
        Reach.UNIT: (
            C.ORG_UNIT_LIST, C.ORG_UNIT_UPDATE, C.BRANCH_VIEW, C.BRANCH_CREATE, C.BRANCH_UPDATE,
            C.BRANCH_DISABLE, C.MEMBER_LIST, C.MEMBER_VIEW_MASKED, C.MEMBER_CREATE, C.MEMBER_UPDATE,
            C.MEMBER_TRANSFER, C.MEMBER_DISABLE, C.MEMBER_PII_REVEAL, C.MEMBER_PII_EXPORT, C.MEETING_LIST,
            C.MEETING_VIEW, C.MEETING_HISTORY, C.MEETING_RETURN, C.MEETING_UNLOCK, C.MEETING_VOID,
            C.ATTACHMENT_DOWNLOAD, C.ATTENDANCE_VIEW, C.REMINDER_LIST, C.REMINDER_CREATE, C.REMINDER_ACK,
            C.REMINDER_CANCEL, C.REPORT_UNIT_VIEW, C.REPORT_UNIT_GENERATE, C.IMPORT_UPLOAD, C.IMPORT_PREVIEW,
            C.IMPORT_COMMIT, C.EXPORT_CREATE, C.RECTIFY_ISSUE, C.RECTIFY_CLOSE, C.ROLE_GRANT_LIST,
            C.ROLE_GRANT_PROPOSE, C.OBLIGATION_LIST, C.OBLIGATION_VIEW, C.OBLIGATION_WAIVE,
            C.REPORT_UNIT_DOWNLOAD,
            C.ELECTION_VIEW, C.ELECTION_RECORD, C.ELECTION_APPROVE, C.ADMISSION_VIEW, C.ADMISSION_RECORD,
            C.ADMISSION_APPROVE, C.DUES_VIEW, C.DUES_SUMMARY, C.DUES_APPROVE, C.APPRAISAL_VIEW, C.TALK_VIEW,
            C.PLAN_VIEW, C.QUARTER_VIEW, C.QUARTER_CLOSE, C.QUARTER_REOPEN, C.HANDBOOK_GENERATE, C.DUES_ACCOUNT,
            C.WORKLIST_VIEW, C.WORKLIST_MANAGE, C.WORKLIST_REPORT, C.WORKLIST_CLOSE, C.STUDY_VIEW, C.STUDY_RECORD,
            C.MATERIAL_PUBLISH, C.TRAINING_VIEW, C.TRAINING_RECORD, C.HOURS_VIEW, C.CERTIFICATE_VIEW, C.WARNING_VIEW,
            C.WARNING_RECORD, C.CIRCULAR_VIEW, C.CIRCULAR_PUBLISH, C.INTEGRITY_VIEW, C.INTEGRITY_RECORD,
            C.DISCIPLINE_COMMITTEE_VIEW, C.DIRECTIVE_VIEW, C.DIRECTIVE_WRITE, C.CAMPAIGN_VIEW, C.CAMPAIGN_WRITE,
            C.FILING_VIEW, C.FILING_SUBMIT, C.REQUEST_VIEW, C.REQUEST_SUBMIT, C.REQUEST_REPLY, C.ANALYSIS_VIEW,
            C.ANALYSIS_WRITE, C.LIAISON_VIEW, C.SIT_IN_VIEW, C.SIT_IN_RECORD, C.INSPECTION_VIEW, C.INSPECTION_WRITE,
            C.RESEARCH_VIEW, C.RESEARCH_WRITE, C.BRAND_VIEW, C.BRAND_WRITE, C.BRAND_REVIEW, C.VANGUARD_VIEW,
            C.VANGUARD_RECORD, C.VOLUNTEER_VIEW, C.VOLUNTEER_RECORD, C.PAIRING_VIEW, C.PAIRING_RECORD,
            C.VILLAGE_POSTING_VIEW, C.VILLAGE_POSTING_RECORD, C.FUSION_VIEW, C.FUSION_WRITE,
        ),
    }),
    Role.UNIT_DISCIPLINE: _grants({
        Reach.SELF: (
            C.MEMBER_UPDATE_OWN_CONTACT, C.EXPORT_DOWNLOAD_OWN,
            C.HOURS_VIEW_OWN, C.CONDUCT_COMMIT, C.PLEDGE_WRITE_OWN,
        ),
        Reach.UNIT: (
            C.ORG_UNIT_LIST, C.BRANCH_VIEW, C.MEMBER_LIST, C.MEMBER_VIEW_MASKED, C.MEMBER_PII_REVEAL,
            C.MEETING_LIST, C.MEETING_VIEW, C.MEETING_HISTORY, C.MEETING_SPOT_CHECK, C.ATTACHMENT_DOWNLOAD,
            C.ATTENDANCE_VIEW, C.REMINDER_LIST, C.REPORT_UNIT_VIEW, C.EXPORT_CREATE, C.RECTIFY_ISSUE,
            C.RECTIFY_CLOSE, C.AUDIT_SEARCH_BUSINESS, C.OBLIGATION_LIST, C.OBLIGATION_VIEW,
            C.REPORT_UNIT_DOWNLOAD,
            C.ELECTION_VIEW, C.PLAN_VIEW, C.QUARTER_VIEW,
            C.WORKLIST_VIEW, C.WORKLIST_MANAGE, C.WORKLIST_REPORT, C.WORKLIST_CLOSE, C.STUDY_VIEW, C.WARNING_VIEW,
            C.WARNING_RECORD, C.CIRCULAR_VIEW, C.CIRCULAR_PUBLISH, C.INTEGRITY_VIEW, C.INTEGRITY_RECORD,
            C.DISCIPLINE_COMMITTEE_VIEW, C.DISCIPLINE_COMMITTEE_RECORD, C.INTEGRITY_TALK_VIEW,
            C.INTEGRITY_TALK_RECORD, C.DIRECTIVE_VIEW, C.CAMPAIGN_VIEW, C.INSPECTION_VIEW, C.INSPECTION_WRITE,
            C.BRAND_VIEW, C.FUSION_VIEW,
        ),
    }),
    Role.CITY_STAFF: _grants({
        Reach.SELF: (
            C.MEMBER_UPDATE_OWN_CONTACT, C.EXPORT_DOWNLOAD_OWN,
            C.HOURS_VIEW_OWN, C.CONDUCT_COMMIT, C.PLEDGE_WRITE_OWN,
        ),
        Reach.CITY: (
            C.SUGGESTION_ANSWER,
            C.ORG_UNIT_LIST, C.ORG_UNIT_CREATE, C.ORG_UNIT_UPDATE, C.ORG_UNIT_DISABLE, C.BRANCH_VIEW,
            C.BRANCH_CREATE, C.BRANCH_UPDATE, C.BRANCH_DISABLE, C.MEMBER_LIST, C.MEMBER_VIEW_MASKED,
            C.MEETING_LIST, C.MEETING_VIEW, C.MEETING_HISTORY, C.MEETING_SPOT_CHECK, C.ATTACHMENT_DOWNLOAD,
            C.ATTENDANCE_VIEW, C.REMINDER_LIST, C.REMINDER_CREATE, C.REMINDER_CANCEL, C.REPORT_UNIT_VIEW,
            C.REPORT_UNIT_GENERATE, C.REPORT_CITY_VIEW, C.REPORT_CITY_GENERATE, C.EXPORT_CREATE,
            C.RECTIFY_ISSUE, C.RECTIFY_CLOSE, C.ROLE_GRANT_PROPOSE, C.OBLIGATION_LIST, C.OBLIGATION_VIEW,
            C.OBLIGATION_WAIVE, C.REPORT_UNIT_DOWNLOAD, C.REPORT_CITY_DOWNLOAD,
            C.ELECTION_VIEW, C.ELECTION_APPROVE, C.ADMISSION_VIEW, C.DUES_SUMMARY, C.PLAN_VIEW, C.QUARTER_VIEW,
            C.QUARTER_REOPEN, C.DUES_ACCOUNT,
            C.WORKLIST_VIEW, C.WORKLIST_MANAGE, C.WORKLIST_REPORT, C.WORKLIST_CLOSE, C.STUDY_VIEW, C.STUDY_RECORD,
            C.MATERIAL_PUBLISH, C.TRAINING_VIEW, C.TRAINING_RECORD, C.HOURS_VIEW, C.CERTIFICATE_VIEW,
            C.CERTIFICATE_RECORD, C.CONDUCT_PUBLISH, C.WARNING_VIEW, C.WARNING_RECORD, C.CIRCULAR_VIEW,
            C.CIRCULAR_PUBLISH, C.INTEGRITY_VIEW, C.INTEGRITY_RECORD, C.DISCIPLINE_COMMITTEE_VIEW,
            C.INTEGRITY_TALK_VIEW, C.DIRECTIVE_VIEW, C.DIRECTIVE_WRITE, C.CAMPAIGN_VIEW, C.CAMPAIGN_WRITE,
            C.FILING_VIEW, C.FILING_REVIEW, C.REQUEST_VIEW, C.REQUEST_REPLY, C.ANALYSIS_VIEW, C.ANALYSIS_WRITE,
            C.LIAISON_VIEW, C.LIAISON_RECORD, C.SIT_IN_VIEW, C.INSPECTION_VIEW, C.INSPECTION_WRITE,
            C.INSPECTION_APPROVE, C.RESEARCH_VIEW, C.RESEARCH_WRITE, C.BRAND_VIEW, C.BRAND_REVIEW, C.VANGUARD_VIEW,
            C.VOLUNTEER_VIEW, C.PAIRING_VIEW, C.VILLAGE_POSTING_VIEW, C.FUSION_VIEW,
        ),
    }),
    Role.SYSTEM_ADMIN: _grants({
        Reach.CITY: (
            C.ORG_UNIT_LIST, C.ACCOUNT_LIST, C.ACCOUNT_CREATE_WITHOUT_ROLE, C.ACCOUNT_DISABLE,
            C.ACCOUNT_ISSUE_RESET_LINK, C.ROLE_GRANT_LIST, C.SEC_POLICY_VIEW, C.SYS_PARAM_UPDATE, C.BACKUP_RUN,
            C.BACKUP_RESTORE_TO_SCRATCH,
        ),
    }),
    Role.SECURITY_ADMIN: _grants({
        Reach.CITY: (
            C.ORG_UNIT_LIST, C.ACCOUNT_LIST, C.ACCOUNT_DISABLE, C.ACCOUNT_UNLOCK, C.ROLE_GRANT_LIST,
            C.ROLE_GRANT_APPROVE, C.ROLE_GRANT_REVOKE, C.SESSION_KILL_OTHERS, C.SEC_POLICY_VIEW,
            C.SEC_POLICY_UPDATE, C.AUDIT_SEARCH_AUDITOR_ACTIONS, C.AUDIT_VERIFY_CHAIN,
        ),
    }),
    Role.AUDIT_ADMIN: _grants({
        Reach.CITY: (
            C.ORG_UNIT_LIST, C.ACCOUNT_LIST, C.ROLE_GRANT_LIST, C.SEC_POLICY_VIEW, C.AUDIT_SEARCH_BUSINESS,
            C.AUDIT_SEARCH_ADMIN, C.AUDIT_EXPORT, C.AUDIT_VERIFY_CHAIN,
        ),
    }),
}
# fmt: on

# The marks of the matrix: "!" a written reason and an audit event, "!!" a second person, "#" not the author.
REASON_NEEDED: frozenset[Capability] = frozenset(
    {
        C.MEMBER_PII_REVEAL,
        C.OBLIGATION_WAIVE,
        C.QUARTER_REOPEN,
    }
)
SECOND_PERSON_NEEDED: frozenset[Capability] = frozenset(
    {
        C.MEMBER_PII_EXPORT,
        C.MEETING_VOID,
        C.BACKUP_RESTORE_TO_SCRATCH,
        C.AUDIT_EXPORT,
    }
)
NOT_BY_AUTHOR: frozenset[Capability] = frozenset(
    {
        C.MEETING_UNLOCK,
        C.RECTIFY_CLOSE,
        C.ROLE_GRANT_APPROVE,
        C.WORKLIST_CLOSE,
        C.FILING_REVIEW,
        C.REQUEST_REPLY,
        C.INSPECTION_APPROVE,
        C.BRAND_REVIEW,
    }
)
