"""Callers of the steps put values where the scripts read them, as those of the gateway do."""

from gpu_node.contracts import steps
from gpu_node.contracts.keys import Keys
from gpu_node.contracts.steps import ReportItem, Step

KEYS = Keys("t")


def test_keys_numbers_and_items_stand_at_their_places() -> None:
    items = [ReportItem("note", "n", "node.log", b"{}"), ReportItem("result", "m", "", b"[]")]
    step = steps.settle(
        KEYS,
        shard="s0",
        pool="p",
        task="t1",
        consumer="c",
        outcome="settled",
        reason=b'""',
        first=4,
        items=items,
    )
    keys = ["t:{s0}:pool:p:tasks", "t:{s0}:pool:p:task:t1", "t:{s0}:pool:p:reports"]
    taken = ["note", "n", "node.log", b"{}", "result", "m", "", b"[]"]
    assert step == Step(
        "settle", keys, ["c", "t1", "settled", b'""', 4, "t:{s0}:pool:p:tasks:", *taken]
    )


def test_lists_give_a_key_and_an_argument_each() -> None:
    step = steps.renew(KEYS, shard="s1", pool="p", tasks=["a", "b"], consumer="c")
    keys = ["t:{s1}:pool:p:tasks", "t:{s1}:pool:p:task:a", "t:{s1}:pool:p:task:b"]
    assert step == Step("renew", keys, ["c", "t:{s1}:pool:p:tasks:", "a", "b"])


def test_maps_are_counted_and_laid_out_as_names_and_values() -> None:
    step = steps.submit(
        KEYS,
        shard="s0",
        run="r",
        digest="d",
        hash="h",
        owner="o",
        request="q",
        starts_key="t:{s0}:starts",
        live_key="t:{s0}:live",
        bytes_key="t:{s0}:bytes",
        per_minute=30,
        most_live=4,
        most_bytes=5,
        idempotency_ms=1,
        graph="{}",
        start_deadline_ms=2,
        run_deadline_ms=3,
        event="e",
        delivery_ids="dlv_s0_x",
        record={"a": "1", "b": "2"},
        data={},
        nodes={"n": "{}"},
        artifacts={"art": "{}"},
        source="none",
    )
    assert step.arguments[0] == len(step.arguments) - 1
    assert step.arguments[1:9] == ["r", "q", 1, "{}", 2, 3, "e", "t:{s0}:run:r"]
    assert step.keys[15:17] == ["t:{s0}:starts", "t:{s0}:live"]
    assert step.keys[20] == "t:{s0}:bytes"
    assert step.arguments[9:24] == [
        *(2, 0, 1, "t:{s0}:file_runs:"),
        *(
            "dlv_s0_x",
            "t:{s0}:hooks:",
            "t:{s0}:outbox_lane:",
            "t:{s0}:outbox:",
            "t:{s0}:hook_deliveries:",
        ),
        *(30, 4),
        *("none", "t:{s0}:folder_runs:", 1, 5),
    ]
    assert step.arguments[24:] == ["a", "1", "b", "2", "n", "{}", "art", "{}"]
