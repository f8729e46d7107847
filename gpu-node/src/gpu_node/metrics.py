"""What the gpu-node counts; labels come from closed sets only."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_SECONDS = (0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800)


class Metrics:
    """One registry per service, so that two services in one process do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.task_seconds = Histogram(
            "gpu_node_task_seconds",
            "Seconds a node took, without waiting for its turn",
            ["node_type", "outcome"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.nodes = self._counter("nodes_total", "Nodes ended", ["node_type", "outcome"])
        self.tasks = self._counter("tasks_total", "Tasks ended, by outcome", ["outcome"])
        self.leases_lost = self._counter(
            "leases_lost_total", "Tasks stopped without a renewed lease"
        )
        self.entries_invalid = self._counter("entries_invalid_total", "Entries that nobody can run")
        self.child_exits = self._counter("child_exits_total", "Handler processes gone", ["reason"])
        self.log_lines_dropped = self._counter(
            "child_log_lines_dropped_total", "Output above the limit"
        )
        self.store_errors = self._counter(
            "store_errors_total",
            "Times that the object store did not answer, or not as it should",
        )
        self.tasks_held = self._gauge("tasks_held", "Tasks held now")
        self.slots = self._gauge("slots", "Tasks it runs at once")
        self.reports_in_flight = self._gauge("reports_in_flight", "Reports on their way")
        self.children = self._gauge("children", "Handler processes alive")
        self.resident_processes = self._gauge(
            "engine_resident_processes",
            "Handler processes that hold models of the engine",
            ["engine"],
        )
        self.resident_bytes = self._gauge(
            "engine_resident_bytes", "What they grew by as they loaded these models", ["engine"]
        )
        self.load_seconds = Histogram(
            "gpu_node_engine_load_seconds",
            "Seconds to load a model of the engine",
            ["engine"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.handovers = self._counter(
            "engine_handovers_total",
            "Calls for which a handler process went from another engine to this one; its models "
            "were kept, or dropped because it had grown",
            ["engine", "models"],
        )
        self._holders: list[Callable[[], int]] = []
        self._gauge("children_resident_bytes", "Memory that handler processes hold").set_function(
            lambda: sum(holder() for holder in self._holders)
        )
        self.unconfined = self._gauge(
            "handlers_unconfined", "1 where handlers reach the network and other processes"
        )
        self.draining = self._gauge("draining", "1 while it stops")

    def add_holder(self, held_bytes: Callable[[], int]) -> None:
        """To be asked whenever somebody reads the metrics."""
        self._holders.append(held_bytes)

    def render(self) -> bytes:
        """The text that Prometheus reads."""
        return generate_latest(self.registry)

    def _counter(self, name: str, text: str, labels: list[str] | None = None) -> Counter:
        return Counter(f"gpu_node_{name}", text, labels or [], registry=self.registry)

    def _gauge(self, name: str, text: str, labels: list[str] | None = None) -> Gauge:
        return Gauge(f"gpu_node_{name}", text, labels or [], registry=self.registry)
