// Spans of `tracing`, where nobody collects them.
import { table } from "../table.js";
import { tracing } from "cloudflare:workers";
export default { async fetch(request, env, ctx) {
  const { row, response } = table();
  const T = (f) => { try { return f(); } catch (e) { return `${e.name}: ${e.message}`; } };
  const s = tracing.startSpan("x");
  await row("spanContext", () => T(() => s.spanContext()));
  await row("isTraced of nothing", () => T(() => Object.getOwnPropertyDescriptor(tracing.Span.prototype, "isTraced").get.call({})));
  for (const f of [() => s.setAttribute(), () => s.setAttribute("a"), () => s.setAttribute("a", {}), () => s.setAttribute("a", undefined), () => s.setAttribute("a", []), () => s.setAttributes(), () => s.setAttributes({a: 1}), () => s.setAttributes({a: {}}), () => s.setAttributes(5), () => s.recordException(), () => s.recordException(new Error("x")), () => s.recordException("x"), () => s.updateName(), () => s.updateName("x"), () => s.setStatus(), () => s.setStatus({code: 1}), () => s.setStatus(5), () => s.end(), () => s.end(5), () => s.setAttribute("a", 1) === s, () => s.setStatus({ code: 1 }) === s, () => s.updateName("y") === s, () => s.setAttributes({}) === s])
    await row(f.toString(), () => T(f));
  await row("same", () => T(() => [tracing.getActiveSpan() === tracing.getActiveSpan(), tracing.enterSpan("x", (s) => s === tracing.getActiveSpan()), tracing.startActiveSpan("x", (s) => s === tracing.getActiveSpan()), tracing.withActiveSpan(s, (...a) => [s === tracing.getActiveSpan(), a.length, tracing.getActiveSpan().isTraced])]));
  for (const f of [() => tracing.startSpan("x", {}), () => tracing.startSpan("x", 5), () => tracing.startActiveSpan(), () => tracing.startActiveSpan("x"), () => tracing.startActiveSpan("x", {}), () => tracing.startActiveSpan("x", {}, (s) => 5), () => tracing.startActiveSpan("x", (...a) => a.length, 1, 2), () => tracing.startActiveSpan("x", {}, (...a) => a.length, 1, 2), () => tracing.withActiveSpan(), () => tracing.withActiveSpan(s), () => tracing.withActiveSpan(5, () => 1), () => tracing.withActiveSpan(s, (...a) => a.length, 1, 2), () => tracing.withActiveSpan(null, () => 1), () => tracing.enterSpan("x", function () { return String(this) })]) await row(f.toString(), () => T(f));
  await row("async", () => T(() => tracing.enterSpan("x", async (s) => 7)));
  return response();
} };
