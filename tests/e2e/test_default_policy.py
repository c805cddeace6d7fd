"""A default policy: the services of an account that nobody registered."""

from __future__ import annotations

from tests.e2e.drought import Drought


def test_it_only_says_what_it_would_do_unless_it_is_told_otherwise(drought: Drought) -> None:
    assert drought.dry_run["reason"].startswith("Dry run, nothing was changed.")
    assert drought.calls_in_the_dry_run == []


def test_without_dry_run_the_service_fails_over(drought: Drought) -> None:
    assert drought.plain_on_demand["policy"]["dry_run"] is False
    first = drought.plain.calls("UpdateService")[0]["request"]
    assert [item["capacityProvider"] for item in first["capacityProviderStrategy"] if item["weight"]] == [
        "FARGATE"
    ]


def test_what_is_excluded_or_tagged_off_is_left_alone_in_the_same_drought(drought: Drought) -> None:
    for service in (drought.spared, drought.switched_off):
        assert any(row["kind"] == "spot_interruption" for row in service.evidence())
        assert not service.record()
        assert not service.calls("UpdateService")


def test_nobody_s_standby_is_taken_for_a_service_of_its_own(drought: Drought) -> None:
    for pair in (drought.api, drought.worker, drought.rehearsed):
        assert not pair.standby.record()
