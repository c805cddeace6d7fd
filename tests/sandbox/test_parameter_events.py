"""Parameter Store tells the default bus of each change."""

from __future__ import annotations

import pytest

from tests.sandbox.acting import HUB, OTHER_REGION, REGION, SPOKE, Aws, allow

EVENTS = {"Service": "events.amazonaws.com"}


def listening(aws: Aws, account: str, prefix: str, region: str = REGION) -> str:
    url, queue = aws.queue(account, allow("sqs:SendMessage", "{arn}", Principal=EVENTS), region=region)
    pattern = {
        "source": ["aws.ssm"],
        "detail-type": ["Parameter Store Change"],
        "detail": {"name": [{"prefix": prefix}]},
    }
    aws.rule(account, {"Arn": queue}, pattern=pattern, region=region)
    return url


def test_create_update_and_delete_are_told(aws: Aws) -> None:
    prefix = f"/{aws.name('parameters')}"
    url = listening(aws, SPOKE, prefix)
    ssm = aws.client("ssm", SPOKE)
    ssm.put_parameter(Name=f"{prefix}/a", Value="1", Type="String")
    ssm.put_parameter(Name=f"{prefix}/a", Value="2", Type="String", Overwrite=True)
    ssm.delete_parameter(Name=f"{prefix}/a")
    told = aws.events_in(SPOKE, url)
    assert [event["detail"] for event in told] == [
        {"operation": operation, "name": f"{prefix}/a", "type": "String"}
        for operation in ("Create", "Update", "Delete")
    ]
    assert {(event["account"], event["region"], event["source"]) for event in told} == {
        (SPOKE, REGION, "aws.ssm")
    }
    assert told[0]["resources"] == [f"arn:aws:ssm:{REGION}:{SPOKE}:parameter{prefix}/a"]


def test_several_deletions_are_told_one_by_one(aws: Aws) -> None:
    prefix = f"/{aws.name('parameters')}"
    ssm = aws.client("ssm", SPOKE)
    for name in ("a", "b"):
        ssm.put_parameter(Name=f"{prefix}/{name}", Value="1", Type="String")
    url = listening(aws, SPOKE, prefix)
    ssm.delete_parameters(Names=[f"{prefix}/a", f"{prefix}/b", f"{prefix}/absent"])
    assert sorted(event["detail"]["name"] for event in aws.events_in(SPOKE, url)) == [
        f"{prefix}/a",
        f"{prefix}/b",
    ]


def test_a_change_that_was_refused_is_not_told(aws: Aws) -> None:
    prefix = f"/{aws.name('parameters')}"
    ssm = aws.client("ssm", SPOKE)
    ssm.put_parameter(Name=f"{prefix}/a", Value="1", Type="String")
    url = listening(aws, SPOKE, prefix)
    with pytest.raises(ssm.exceptions.ParameterAlreadyExists):
        ssm.put_parameter(Name=f"{prefix}/a", Value="2", Type="String")
    assert aws.events_in(SPOKE, url) == []


def test_another_account_and_region_hear_nothing(aws: Aws) -> None:
    prefix = f"/{aws.name('parameters')}"
    urls = [
        (HUB, REGION, listening(aws, HUB, prefix)),
        (SPOKE, OTHER_REGION, listening(aws, SPOKE, prefix, OTHER_REGION)),
    ]
    aws.client("ssm", SPOKE).put_parameter(Name=f"{prefix}/a", Value="1", Type="String")
    assert [aws.events_in(account, url, region=region) for account, region, url in urls] == [[], []]
