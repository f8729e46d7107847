/** What is done: runs, and the boxes that do it. */
import { type Board, quantile, rate } from "./board.ts";

export const RUNS: Board = {
  uid: "msb-runs",
  title: "Runs",
  panels: [
    {
      title: "Runs that are kept",
      about: "By status. What waits or runs is live; the rest goes after its retention.",
      unit: "short",
      lines: [["sum by (status) (gateway_runs)", "{{status}}"]],
    },
    {
      title: "Runs ended",
      about: "Per second, by how they ended.",
      unit: "ops",
      lines: [[rate("gateway_runs_ended_total", "status"), "{{status}}"]],
    },
    {
      title: "How long runs take",
      about: "From submission to end, by shipped graph: half of them, and nearly all.",
      unit: "s",
      lines: [
        [quantile(0.5, "gateway_run_seconds", "graph"), "{{graph}} half"],
        [quantile(0.95, "gateway_run_seconds", "graph"), "{{graph}} 95 %"],
      ],
    },
    {
      title: "How wrong expected ends were",
      about:
        "Between what runs of the graph took before and what a run took, as a share of that: for half of them.",
      unit: "percentunit",
      lines: [[quantile(0.5, "gateway_run_estimate_error_ratio", "graph"), "{{graph}}"]],
    },
    {
      title: "How long nodes take",
      about: "Execution alone, without waiting, by node type: 95 % are faster.",
      unit: "s",
      lines: [[quantile(0.95, "gateway_task_seconds", "node_type"), "{{node_type}}"]],
    },
    {
      title: "Failed attempts",
      about: "By who may try them again: transient ones are tried again, permanent ones are not.",
      unit: "ops",
      lines: [[rate("gateway_node_failures_total", "node_type, class"), "{{node_type}} {{class}}"]],
    },
    {
      title: "Age of the oldest waiting task",
      about: "By pool. It grows when executors are too few, away, or draining.",
      unit: "s",
      lines: [["max by (pool) (gateway_pool_oldest_waiting_seconds)", "{{pool}}"]],
    },
    {
      title: "Tasks waiting and running",
      about: "By pool.",
      unit: "short",
      lines: [
        ["max by (pool) (gateway_pool_waiting_tasks)", "{{pool}} waiting"],
        ["max by (pool) (gateway_pool_running_tasks)", "{{pool}} running"],
      ],
    },
    {
      title: "Artifacts made",
      about: "Bytes per second that runs have made and keep.",
      unit: "bytes",
      lines: [["sum(rate(gateway_artifact_bytes_total[$__rate_interval]))", "bytes per second"]],
    },
    {
      title: "Bytes that are kept",
      about: "What runs have made and clients have brought, in the object store.",
      unit: "bytes",
      lines: [["max by (kind) (gateway_stored_bytes)", "{{kind}}"]],
    },
  ],
};

export const BOXES: Board = {
  uid: "msb-boxes",
  title: "Boxes",
  panels: [
    {
      title: "Executors online",
      about: "By pool; the node plane's are gateways.",
      unit: "short",
      lines: [["max by (pool) (gateway_pool_executors)", "{{pool}}"]],
    },
    {
      title: "Slots in use",
      about: "Of each box: tasks that it holds, of those that it runs at once.",
      unit: "percentunit",
      lines: [["gpu_node_tasks_held / (gpu_node_slots > 0)", "{{instance}}"]],
    },
    {
      title: "Nodes ended",
      about: "Per second, by node type and outcome.",
      unit: "ops",
      lines: [[rate("gpu_node_nodes_total", "node_type, outcome"), "{{node_type}} {{outcome}}"]],
    },
    {
      title: "Handler processes",
      about: "Alive now; and how they went, per second.",
      unit: "short",
      lines: [
        ["gpu_node_children", "{{instance}} alive"],
        [rate("gpu_node_child_exits_total", "instance, reason"), "{{instance}} {{reason}}"],
      ],
    },
    {
      title: "Resident models",
      about:
        "Handler processes that hold models of an engine now. Services beside the box (ComfyUI, Ollama) hold theirs themselves.",
      unit: "short",
      lines: [["gpu_node_engine_resident_processes", "{{instance}} {{engine}}"]],
    },
    {
      title: "Memory of resident models",
      about:
        "What handler processes grew by as they loaded what they hold, by engine; and all that they hold, with the work that they do.",
      unit: "bytes",
      lines: [
        ["gpu_node_engine_resident_bytes", "{{instance}} {{engine}}"],
        ["gpu_node_children_resident_bytes", "{{instance}} in all"],
      ],
    },
    {
      title: "Hand-overs",
      about:
        "A handler process goes from one engine to another: its models are kept, or were dropped because they had grown too much. Many that were dropped mean that models are loaded again and again.",
      unit: "ops",
      lines: [[rate("gpu_node_engine_handovers_total", "engine, models"), "to {{engine}}, {{models}}"]],
    },
    {
      title: "Loading models",
      about: "95 % are faster, by engine.",
      unit: "s",
      lines: [[quantile(0.95, "gpu_node_engine_load_seconds", "engine"), "{{engine}}"]],
    },
    {
      title: "Tasks lost",
      about: "Executors fell silent, or a box could not renew what it held.",
      unit: "ops",
      lines: [
        [rate("gateway_tasks_lost_total", "pool"), "{{pool}} silent"],
        [rate("gpu_node_leases_lost_total", "instance"), "{{instance}} not renewed"],
      ],
    },
    {
      title: "GPU busy",
      about: "By NVIDIA's exporter; empty without the profile gpu.",
      unit: "percentunit",
      lines: [["DCGM_FI_DEV_GPU_UTIL / 100", "{{gpu}} {{modelName}}"]],
    },
    {
      title: "GPU memory",
      about: "In use, in MiB by NVIDIA's exporter.",
      unit: "bytes",
      lines: [["DCGM_FI_DEV_FB_USED * 1048576", "{{gpu}}"]],
    },
    {
      title: "Memory of containers",
      about: "By cAdvisor.",
      unit: "bytes",
      lines: [['sum by (name) (container_memory_working_set_bytes{name!=""})', "{{name}}"]],
    },
  ],
};
