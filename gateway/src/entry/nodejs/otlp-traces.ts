/** Tells traces by OTLP over HTTP, in batches, with OpenTelemetry's own exporter. Loaded where somebody collects them only. */
import { type HrTime, SpanKind, type SpanContext, SpanStatusCode, TraceFlags } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter } from "@opentelemetry/sdk-trace";
import type { Logger } from "../../telemetry/logger.ts";
import type { Span, Traces } from "../../telemetry/traces.ts";

/** For one batch, with all that is tried again. */
const PATIENCE_MS = 5_000;

export interface OtlpOptions {
  readonly url: string;
  /** Of the header Authorization; none if empty. */
  readonly authorization: string;
  readonly version: string;
  readonly logger: Logger;
}

export function createOtlpTraces({ url, authorization, version, logger }: OtlpOptions): Traces {
  const headers: Record<string, string> = authorization === "" ? {} : { Authorization: authorization };
  const exporter = new OTLPTraceExporter({ url, headers, timeoutMillis: PATIENCE_MS });
  const processor = new BatchSpanProcessor({ exporter: telling(exporter, logger) });
  const common = {
    resource: resourceFromAttributes({ "service.name": "myspinbot", "service.version": version }),
    instrumentationScope: { name: "myspinbot", version },
  };
  return {
    tell: (spans) => {
      for (const span of spans) processor.onEnd({ ...toReadable(span), ...common });
    },
    close: () => processor.shutdown().catch(() => undefined),
  };
}

/** What is not taken is lost, and said once until something is taken again. */
function telling(exporter: SpanExporter, logger: Logger): SpanExporter {
  let isAway = false;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        const failed = result.error !== undefined;
        if (failed && !isAway) logger.warn("traces are not taken", { error: result.error?.message ?? "" });
        if (!failed && isAway) logger.info("traces are taken again");
        isAway = failed;
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
  };
}

function toReadable(span: Span): Omit<ReadableSpan, "resource" | "instrumentationScope"> {
  const contextOf = (spanId: string): SpanContext => ({
    ...{ traceId: span.traceId, spanId, traceFlags: TraceFlags.SAMPLED },
  });
  return {
    name: span.name,
    kind: SpanKind.INTERNAL,
    spanContext: () => contextOf(span.spanId),
    ...(span.parentId === undefined ? {} : { parentSpanContext: contextOf(span.parentId) }),
    startTime: toHrTime(span.startMs),
    endTime: toHrTime(span.endMs),
    duration: toHrTime(span.endMs - span.startMs),
    status:
      span.failure === undefined
        ? { code: SpanStatusCode.UNSET }
        : { code: SpanStatusCode.ERROR, message: span.failure },
    attributes: { ...span.attributes },
    ...{ links: [], events: [], ended: true },
    ...{ droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 },
  };
}

const toHrTime = (ms: number): HrTime => [Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)];
