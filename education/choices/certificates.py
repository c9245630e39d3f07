"""Training certificates. How long one holds is judged by the day, never stored."""

from django.db import models


class CertificateState(models.TextChoices):
    NONE = "none", "未持证"
    VALID = "valid", "有效"
    EXPIRING = "expiring", "即将到期"
    EXPIRED = "expired", "已过期"
    REVOKED = "revoked", "已撤销"


#: Tones of the badges of a state.
STATE_TONES = {
    CertificateState.NONE.value: "overdue",
    CertificateState.VALID.value: "done",
    CertificateState.EXPIRING.value: "due",
    CertificateState.EXPIRED.value: "overdue",
    CertificateState.REVOKED.value: "neutral",
}
