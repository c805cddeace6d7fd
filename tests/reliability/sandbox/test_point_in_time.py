"""The state table is restored to an older moment, as an operator does it.

DynamoDB restores into a new table only: nobody works meanwhile, the old items are copied into the table that
the hub uses, and then it goes on. (The emulator restores the latest moment, whatever is asked for: it is
taken when that moment is now.)
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/pointintimerecovery_beforeyoubegin.html
"""

from __future__ import annotations

from tests.e2e.installation import STATE_TABLE
from tests.e2e.places import HUB
from tests.reliability.sandbox.conftest import TASKS, Stand

RESTORED = "restored"


def test_services_that_were_failed_over_then_and_are_home_now_stay_home(stand: Stand) -> None:
    here = stand.installation
    dynamodb = here.client("dynamodb", HUB)
    here.control.clear()
    stand.moved()
    dynamodb.restore_table_to_point_in_time(
        SourceTableName=STATE_TABLE, TargetTableName=RESTORED, UseLatestRestorableTime=True
    )
    stand.home()
    with stand.functions_off():
        for item in dynamodb.scan(TableName=RESTORED)["Items"]:
            dynamodb.put_item(TableName=STATE_TABLE, Item=item)
    for service in stand.protected:
        assert service.record()["phase"] != "steady"
    since = len(here.control.log()[0])
    stand.home()
    assert {name: least for name, least in stand.lowest(since).items() if least < TASKS} == {}
    assert not here.dead_letters()
    assert stand.tracebacks() == []
    # Twice all the way, and hub and spoke of one version lack no permission.
    assert stand.denied() == []
