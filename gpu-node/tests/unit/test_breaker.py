"""When a handler that crashes is left alone."""

from passing_clock import PassingClock

from gpu_node.children.breaker import MAX_RUNS, REST_S, Breaker


def test_one_run_that_crashes_for_ever_stops_nobody() -> None:
    breaker = Breaker(PassingClock())
    for _ in range(20):
        breaker.crashed("poison", "run")
    assert breaker.why_not("poison") is None


def test_rests_after_crashes_of_different_runs_and_tries_again_then() -> None:
    clock = PassingClock()
    breaker = Breaker(clock)
    for i in range(MAX_RUNS):
        assert breaker.why_not("poison") is None
        breaker.crashed("poison", f"run{i}")
    assert "rests for 30 s" in str(breaker.why_not("poison"))
    assert len(breaker.resting()) == 1
    assert breaker.why_not("other") is None
    clock.let_pass(REST_S)
    assert breaker.why_not("poison") is None
    breaker.crashed("poison", "another")
    assert breaker.why_not("poison")
    clock.let_pass(REST_S)
    breaker.succeeded("poison")
    breaker.crashed("poison", "another")
    assert breaker.why_not("poison") is None


def test_a_call_that_survives_closes_it() -> None:
    breaker = Breaker(PassingClock())
    for i in range(MAX_RUNS - 1):
        breaker.crashed("shaky", f"run{i}")
    breaker.succeeded("shaky")
    breaker.crashed("shaky", "last")
    assert breaker.why_not("shaky") is None
