"""Notices: once in the inbox, at most once by e-mail."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends import locmem
from django.utils import timezone

from accounts.roles import Role
from core import notices
from core.models import DeliveryState, Notice, NoticeDelivery
from core.notices import NoticeRow, notices_deliver, notices_send
from core.selectors import inbox_page, unread_notice_count

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(city):
    user = city.user(Role.BRANCH_SECRETARY)
    user.email = "reader@example.cn"
    user.save()
    return user


def row(user, key="a", **fields):
    return NoticeRow(
        **{"user_id": user.pk, "key": key, "subject": "三季度提醒", "body": "还差一次党员大会。", **fields}
    )


def delivery():
    return NoticeDelivery.objects.get()


def test_the_same_thing_is_said_once(reader, city):
    assert notices_send(rows=[row(reader), row(reader), row(reader, "b")]) == 2
    assert notices_send(rows=[row(reader), row(city.user(Role.UNIT_STAFF))]) == 1
    assert Notice.objects.count() == 3
    assert NoticeDelivery.objects.count() == 2, "one of them has no address"


def test_many_are_few_statements(reader, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        assert notices_send(rows=[row(reader, str(number)) for number in range(100)]) == 100


def test_nothing_to_say_is_fine(db):
    assert notices_send(rows=[]) == 0


@pytest.mark.parametrize(("field", "value"), [("email_muted", True), ("email", ""), ("is_active", False)])
def test_who_wants_no_mail_gets_none(reader, field, value):
    setattr(reader, field, value)
    reader.save()
    notices_send(rows=[row(reader)])
    assert Notice.objects.count() == 1
    assert not NoticeDelivery.objects.exists()


def test_a_row_may_do_without_mail(reader):
    notices_send(rows=[row(reader, email=False)])
    assert not NoticeDelivery.objects.exists()


def test_a_mail_is_sent_once_with_its_link(reader, settings):
    settings.PORTAL = {**settings.PORTAL, "BASE_URL": "https://portal.example.cn/"}
    notices_send(rows=[row(reader, subject="多行\n标题", url="/obligations/")])
    assert notices_deliver() == 1
    assert notices_deliver() == 0
    [message] = mail.outbox
    assert message.to == ["reader@example.cn"]
    assert message.subject.endswith("多行 标题")
    assert message.body == "还差一次党员大会。\n\nhttps://portal.example.cn/obligations/"
    assert delivery().state == DeliveryState.SENT
    assert delivery().sent_at is not None


def test_a_mail_waits_for_its_time(reader):
    notices_send(rows=[row(reader)], due_at=timezone.now() + timedelta(hours=1))
    assert notices_deliver() == 0
    NoticeDelivery.objects.update(due_at=timezone.now())
    assert notices_deliver() == 1


def test_muting_between_sending_and_delivery_counts(reader):
    notices_send(rows=[row(reader)])
    reader.email_muted = True
    reader.save()
    assert notices_deliver() == 0
    assert delivery().state == DeliveryState.SKIPPED
    assert mail.outbox == []


def failing(monkeypatch, error, method="send_messages"):
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr(locmem.EmailBackend, method, fail)


def test_a_refusal_is_retried_with_growing_pauses_and_then_given_up(reader, monkeypatch):
    notices_send(rows=[row(reader)])
    failing(monkeypatch, smtplib.SMTPServerDisconnected("down"), method="open")
    pauses = []
    for _ in range(notices.MAX_ATTEMPTS):
        assert notices_deliver() == 0
        pauses.append(round((delivery().due_at - timezone.now()).total_seconds() / 60))
        NoticeDelivery.objects.update(due_at=timezone.now())
    assert pauses[:4] == [1, 5, 30, 120]
    assert (delivery().state, delivery().attempts) == (DeliveryState.FAILED, 5)
    assert "down" in delivery().error
    assert notices_deliver() == 0


def test_a_recipient_refused_now_and_taken_later_gets_one_mail(reader, monkeypatch):
    notices_send(rows=[row(reader)])
    with monkeypatch.context() as patch:
        failing(patch, smtplib.SMTPRecipientsRefused({}))
        assert notices_deliver() == 0
    assert (delivery().state, delivery().attempts) == (DeliveryState.PENDING, 1)
    NoticeDelivery.objects.update(due_at=timezone.now())
    assert notices_deliver() == 1
    assert len(mail.outbox) == 1


def test_a_mail_whose_fate_is_unknown_is_never_sent_again(reader, monkeypatch, caplog):
    notices_send(rows=[row(reader)])
    with monkeypatch.context() as patch:
        failing(patch, smtplib.SMTPServerDisconnected("lost while answering"))
        assert notices_deliver() == 0
    assert delivery().state == DeliveryState.UNKNOWN
    assert notices_deliver() == 0
    assert mail.outbox == []
    assert caplog.records


def test_a_worker_killed_before_sending_gives_its_claim_back(reader):
    notices_send(rows=[row(reader)])
    notices._claim(timezone.now())
    assert notices_deliver() == 0, "the claim is respected"
    NoticeDelivery.objects.update(claimed_at=timezone.now() - timedelta(minutes=11))
    assert notices_deliver() == 1


def test_a_worker_killed_while_sending_leaves_the_outcome_unknown(reader):
    notices_send(rows=[row(reader)])
    notices._claim(timezone.now())
    NoticeDelivery.objects.update(state=DeliveryState.SENDING, claimed_at=timezone.now() - timedelta(minutes=11))
    assert notices_deliver() == 0
    assert delivery().state == DeliveryState.UNKNOWN


def test_a_frozen_worker_that_wakes_up_does_not_send_again(reader):
    notices_send(rows=[row(reader)])
    claim = notices._claim(timezone.now())
    NoticeDelivery.objects.update(claimed_at=timezone.now() - timedelta(minutes=11))
    assert notices_deliver() == 1
    assert notices._send_claimed(claim) == 0
    assert len(mail.outbox) == 1


def test_two_workers_share_the_work(reader, monkeypatch):
    monkeypatch.setattr(notices, "CLAIM_SIZE", 2)
    notices_send(rows=[row(reader, str(number)) for number in range(5)])
    first, second = notices._claim(timezone.now()), notices._claim(timezone.now())
    assert notices._send_claimed(first) == 2
    assert notices._send_claimed(second) == 2
    assert notices_deliver() == 1
    assert len(mail.outbox) == 5


def test_the_inbox_is_paged_and_counted(reader, monkeypatch):
    notices_send(rows=[row(reader, str(number), email=False) for number in range(120)])
    first = inbox_page(reader)
    second = inbox_page(reader, before=str(first.before))
    third = inbox_page(reader, before=str(second.before))
    assert [len(page.notices) for page in (first, second, third)] == [50, 50, 20]
    assert third.before == 0
    seen = [notice.pk for page in (first, second, third) for notice in page.notices]
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == 120
    assert inbox_page(reader, before="x") == inbox_page(reader, before="9" * 30) == first
    assert unread_notice_count(reader) == 100
