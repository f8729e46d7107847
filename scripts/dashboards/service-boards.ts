/** What carries it: the gateways and Redis. */
import { type Board, quantile, rate } from "./board.ts";

export const SERVICE: Board = {
  uid: "msb-service",
  title: "Service",
  panels: [
    {
      title: "Requests",
      about: "Per second, by route and status.",
      unit: "reqps",
      lines: [[rate("gateway_request_seconds_count", "route, status"), "{{route}} {{status}}"]],
    },
    {
      title: "Time to the answer's head",
      about: "95 % are faster, by route.",
      unit: "s",
      lines: [[quantile(0.95, "gateway_request_seconds", "route"), "{{route}}"]],
    },
    {
      title: "Drives",
      about: "From collected mail to its commit: 95 % are faster, by outcome.",
      unit: "s",
      lines: [[quantile(0.95, "gateway_drive_seconds", "outcome"), "{{outcome}}"]],
    },
    {
      title: "Open event streams",
      about: "Clients that follow a run.",
      unit: "short",
      lines: [["gateway_open_event_streams", "{{instance}}"]],
    },
    {
      title: "Webhooks",
      about: "Attempts per second, by how they ended.",
      unit: "ops",
      lines: [[rate("gateway_deliveries_total", "outcome"), "{{outcome}}"]],
    },
    {
      title: "What answers",
      about: "1 when it does: Redis and the store, as the gateway sees them.",
      unit: "short",
      lines: [
        ["min(gateway_redis_up)", "Redis"],
        ["min(gateway_store_up)", "store"],
      ],
    },
    {
      title: "Store errors",
      about: "Requests that the object store did not answer, or not as it should, per second.",
      unit: "ops",
      lines: [
        ["sum(rate(gateway_store_errors_total[$__rate_interval]))", "gateways"],
        [rate("gpu_node_store_errors_total", "instance"), "{{instance}}"],
      ],
    },
    {
      title: "Dead letters",
      about: "Entries that nobody understood, per second, by stream.",
      unit: "ops",
      lines: [[rate("gateway_dead_letters_total", "source"), "{{source}}"]],
    },
    {
      title: "Gateway memory",
      about: "Of each gateway's process.",
      unit: "bytes",
      lines: [['process_resident_memory_bytes{job="gateway"}', "{{instance}}"]],
    },
  ],
};

export const REDIS: Board = {
  uid: "msb-redis",
  title: "Redis",
  panels: [
    {
      title: "Memory",
      about: "Used, and what it may use. When it is full, writes are refused.",
      unit: "bytes",
      lines: [
        ["redis_memory_used_bytes", "used"],
        ["redis_memory_max_bytes", "limit"],
      ],
    },
    {
      title: "Length of streams",
      about: "At rest all are empty: what was read is deleted.",
      unit: "short",
      lines: [["redis_stream_length", "{{stream}}"]],
    },
    {
      title: "Read and not finished",
      about: "By stream and group.",
      unit: "short",
      lines: [["redis_stream_group_messages_pending", "{{stream}} {{group}}"]],
    },
    {
      title: "Commands",
      about: "Per second.",
      unit: "ops",
      lines: [["rate(redis_commands_processed_total[$__rate_interval])", "commands"]],
    },
    {
      title: "Connections",
      about: "Clients that are connected.",
      unit: "short",
      lines: [["redis_connected_clients", "clients"]],
    },
  ],
};
