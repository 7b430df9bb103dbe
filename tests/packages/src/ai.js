// The AI SDK over a mock model: text and messages as streams of server-sent events, tools in a loop, objects, agents, readers of all that.
import {
  Output, ToolLoopAgent, createUIMessageStream, createUIMessageStreamResponse, embedMany, extractReasoningMiddleware, generateText, isStepCount,
  parseJsonEventStream, readUIMessageStream, simulateReadableStream, smoothStream, streamText, tool, toUIMessageStream, uiMessageChunkSchema, wrapLanguageModel,
  createTextStreamResponse, convertToModelMessages,
} from "ai";
import { MockEmbeddingModelV4, MockLanguageModelV4, mockValues } from "ai/test";
import * as z from "zod";

import { table } from "../../conformance/table.js";

const usage = { inputTokens: { total: 3, noCache: 3, cacheRead: 0, cacheWrite: 0 }, outputTokens: { total: 5, text: 5, reasoning: 0 } };
const finish = (unified = "stop") => ({ type: "finish", finishReason: { unified, raw: unified }, usage });
const parts = (...deltas) => [
  { type: "stream-start", warnings: [] },
  { type: "response-metadata", id: "r", modelId: "mock", timestamp: new Date(0) },
  { type: "text-start", id: "1" },
  ...deltas.map((delta) => ({ type: "text-delta", id: "1", delta })),
  { type: "text-end", id: "1" },
  finish(),
];
const weather = tool({
  description: "the weather of a place",
  inputSchema: z.object({ place: z.string() }),
  execute: async ({ place }) => {
    await scheduler.wait(1);
    return { place, degrees: 21 };
  },
});
const call = { type: "tool-call", toolCallId: "c1", toolName: "weather", input: '{"place":"Paris"}' };

/** A model whose n-th call streams the n-th list of parts, a little later each. */
const model = (...answers) => {
  const next = mockValues(...answers);
  return new MockLanguageModelV4({
    doStream: async () => ({ stream: simulateReadableStream({ chunks: next(), initialDelayInMs: 1, chunkDelayInMs: 1 }) }),
    doGenerate: async () => ({ content: [{ type: "text", text: next() }], finishReason: { unified: "stop", raw: "stop" }, usage, warnings: [] }),
  });
};
const withTool = () => model([{ type: "stream-start", warnings: [] }, call, finish("tool-calls")], parts("It is ", "21."));
const describe = async (response) => [response.status, [...response.headers].map((pair) => pair.join(": ")), await response.text()];
const stream = (options) => streamText({ prompt: "Hi", maxRetries: 0, onError: () => {}, ...options });
const messages = (result) => toUIMessageStream({ stream: result.stream, generateMessageId: () => "m", onError: (error) => `hidden ${error.message}` });

export default {
  async fetch() {
    const { row, response } = table();
    await row("text", async () => {
      const result = stream({ model: model(parts("Hel", "lo")) });
      const seen = [];
      for await (const text of result.textStream) seen.push(text);
      return [seen, await result.finishReason, (await result.usage).totalTokens];
    });
    await row("text response", () => describe(createTextStreamResponse({ stream: stream({ model: model(parts("a", "\u00e9\u{1f600}")) }).textStream })));
    await row("message response", () => describe(createUIMessageStreamResponse({ stream: messages(stream({ model: model(parts("a", "b")) })) })));
    await row("tools", () => describe(createUIMessageStreamResponse({ stream: messages(stream({ model: withTool(), tools: { weather }, stopWhen: isStepCount(3) })) })));
    await row("failing model", () => {
      const failing = new MockLanguageModelV4({ doStream: async () => { throw new Error("out of order"); } });
      return describe(createUIMessageStreamResponse({ stream: messages(stream({ model: failing })) }));
    });
    await row("aborted", async () => {
      const controller = new AbortController();
      const endless = new MockLanguageModelV4({
        doStream: async ({ abortSignal }) => ({
          stream: new ReadableStream({
            start(target) {
              for (const part of parts("begun").slice(0, 4)) target.enqueue(part);
              abortSignal.addEventListener("abort", () => target.error(abortSignal.reason));
            },
          }),
        }),
      });
      const seen = [];
      for await (const part of stream({ model: endless, abortSignal: controller.signal }).stream) {
        seen.push(part.type);
        if (part.type === "text-delta") controller.abort();
      }
      return seen;
    });
    await row("smooth", async () => {
      const seen = [];
      for await (const text of stream({ model: model(parts("one two th", "ree four")), experimental_transform: smoothStream({ delayInMs: 1 }) }).textStream) seen.push(text);
      return seen;
    });
    await row("object", () => generateText({ model: model('{"name":"Ada","age":36}'), prompt: "x", output: Output.object({ schema: z.object({ name: z.string(), age: z.number() }) }) }).then(({ output }) => output));
    await row("object refused", () => generateText({ model: model('{"name":1}'), prompt: "x", output: Output.object({ schema: z.object({ name: z.string() }) }) }).then(({ output }) => output));
    await row("partial objects", async () => {
      const result = stream({ model: model(parts('{"list":["a', '","b"', "]}")), output: Output.object({ schema: z.object({ list: z.array(z.string()) }) }) });
      const seen = [];
      for await (const part of result.partialOutputStream) seen.push(part);
      return seen;
    });
    await row("agent", () => new ToolLoopAgent({ model: model("I am done."), instructions: "be short", tools: { weather } }).generate({ prompt: "x" }).then(({ text, steps }) => [text, steps.length]));
    await row("middleware", async () => {
      const wrapped = wrapLanguageModel({ model: model("<think>hm</think>answer"), middleware: extractReasoningMiddleware({ tagName: "think" }) });
      const { text, reasoningText } = await generateText({ model: wrapped, prompt: "x" });
      return [text, reasoningText];
    });
    await row("own message stream", () => describe(createUIMessageStreamResponse({
      status: 201,
      headers: { "x-own": "1" },
      stream: createUIMessageStream({
        generateId: () => "m",
        execute: async ({ writer }) => {
          writer.write({ type: "data-note", id: "n", data: { a: 1 }, transient: true });
          writer.merge(messages(stream({ model: model(parts("merged")) })));
        },
      }),
    })));
    await row("read back", async () => {
      const answer = createUIMessageStreamResponse({ stream: messages(stream({ model: withTool(), tools: { weather }, stopWhen: isStepCount(3) })) });
      const chunks = parseJsonEventStream({ stream: answer.body, schema: uiMessageChunkSchema }).pipeThrough(new TransformStream({ transform(chunk, target) { target.enqueue(chunk.value); } }));
      let last;
      for await (const message of readUIMessageStream({ stream: chunks })) last = message;
      return [last.parts.map((part) => [part.type, part.state, part.output ?? part.text]), (await convertToModelMessages([last])).map(({ role }) => role)];
    });
    await row("both branches", async () => {
      const [left, right] = stream({ model: model(parts("x", "y")) }).textStream.tee();
      return Promise.all([new Response(left.pipeThrough(new TextEncoderStream())).text(), new Response(right.pipeThrough(new TextEncoderStream())).text()]);
    });
    await row("embeddings", () => embedMany({ model: new MockEmbeddingModelV4({ doEmbed: async ({ values }) => ({ embeddings: values.map((value) => [value.length]), warnings: [] }) }), values: ["a", "bb"] }).then(({ embeddings }) => embeddings));
    return response();
  },
};
