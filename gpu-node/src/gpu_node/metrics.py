"""What the gpu-node counts; labels come from closed sets only."""

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
        self.tasks_held = self._gauge("tasks_held", "Tasks held now")
        self.slots = self._gauge("slots", "Tasks it runs at once")
        self.reports_in_flight = self._gauge("reports_in_flight", "Reports on their way")
        self.children = self._gauge("children", "Handler processes alive")
        self.unconfined = self._gauge(
            "handlers_unconfined", "1 where handlers reach the network and other processes"
        )
        self.draining = self._gauge("draining", "1 while it stops")

    def render(self) -> bytes:
        """The text that Prometheus reads."""
        return generate_latest(self.registry)

    def _counter(self, name: str, text: str, labels: list[str] | None = None) -> Counter:
        return Counter(f"gpu_node_{name}", text, labels or [], registry=self.registry)

    def _gauge(self, name: str, text: str) -> Gauge:
        return Gauge(f"gpu_node_{name}", text, registry=self.registry)
