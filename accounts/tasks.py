"""Background work of accounts."""

from celery import shared_task

from accounts import services


@shared_task
def sessions_sweep() -> int:
    """Forget sessions past their absolute end."""
    return services.sessions_sweep()
