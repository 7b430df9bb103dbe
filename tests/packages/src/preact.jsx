/** @jsxImportSource preact */
// preact: hooks, context, fragments, rendered to text and to a stream with Suspense.
import { Component, createContext } from "preact";
import { Suspense, lazy } from "preact/compat";
import { useContext, useId, useMemo, useReducer, useState } from "preact/hooks";
import { render, renderToStringAsync } from "preact-render-to-string";
import { renderToReadableStream } from "preact-render-to-string/stream";

import { table } from "../../conformance/table.js";

const Theme = createContext("light");
const Themed = () => <i class={useContext(Theme)}>themed</i>;

function Counter({ start }) {
  const [count] = useState(start);
  const [sum] = useReducer((a, b) => a + b, count);
  const doubled = useMemo(() => sum * 2, [sum]);
  return <button id={useId()} onClick={() => {}} disabled={count > 1}>{count} {doubled}</button>;
}

class Classy extends Component {
  state = { text: "<unsafe>" };
  render({ children }, { text }) {
    return <section style={{ marginTop: 4, color: "red" }} data-x="&quot;">{text}{children}</section>;
  }
}

const App = () => (
  <>
    <Theme.Provider value="dark"><Themed /></Theme.Provider>
    <Themed />
    <Counter start={2} />
    <Classy>{[1, null, false, "two"].map((item) => <li key={item}>{item}</li>)}</Classy>
    <div dangerouslySetInnerHTML={{ __html: "<b>raw</b>" }} />
    <svg viewBox="0 0 1 1"><path strokeWidth={2} xlinkHref="#a" /></svg>
    <input value="x" checked />
  </>
);

const late = () => lazy(() => scheduler.wait(1).then(() => ({ default: ({ name }) => <p>late {name}</p> })));

export default {
  async fetch() {
    const { row, response } = table();
    await row("render", () => render(<App />));
    await row("asynchronous", () => {
      const Late = late();
      return renderToStringAsync(<Suspense fallback={<i>wait</i>}><Late name="x" /></Suspense>);
    });
    await row("stream", async () => {
      const Late = late();
      const stream = renderToReadableStream(<main><Suspense fallback={<i>wait</i>}><Late name="y" /></Suspense><Themed /></main>);
      const text = await new Response(stream).text();
      await stream.allReady;
      return text;
    });
    await row("stream of one that throws", async () => {
      const Broken = () => { throw new Error("broken"); };
      const stream = renderToReadableStream(<Broken />);
      stream.allReady.catch(() => {});
      return new Response(stream).text();
    });
    return response();
  },
};
