"""Uploading and committing a roster, in the first unit."""

from __future__ import annotations

import pytest

from accounts.roles import Role
from branches.services import roster as services


@pytest.fixture
def upload(city):
    def send(file, role=Role.UNIT_STAFF, organisation=None):
        return services.roster_upload(
            by=city.user(role), organisation=organisation or city.unit, file=file, file_name="名册.xlsx"
        )

    return send


@pytest.fixture
def commit(city):
    def store(batch):
        return services.roster_commit(by=city.user(Role.UNIT_STAFF), batch_id=batch.pk)

    return store
