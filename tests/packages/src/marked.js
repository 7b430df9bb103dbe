// marked: a document with most of Markdown, own renderers, extensions, asynchronous steps.
import { Marked, marked } from "marked";

import { table } from "../../conformance/table.js";

const document = `# Title & more

Some *emphasis*, **strong**, ~~gone~~, \`code <b>\`, a [link](http://a.test/?x=1&y "t"), an ![image](/i.png) and https://auto.test.

- [x] done
- [ ] open
  1. nested
  2. list

> quote
> > deeper

| a | b |
|:--|--:|
| 1 | \`|\` |

\`\`\`js
if (a < b) "x";
\`\`\`

<div>raw <b>html</b></div>

---
Line one  
line two[^x]

[ref]: http://ref.test
A [reference][ref].
`;

export default {
  async fetch() {
    const { row, response } = table();
    await row("document", () => marked.parse(document));
    await row("tokens", () => marked.lexer(document).map((token) => `${token.type} ${token.raw.length}`));
    await row("inline", () => marked.parseInline("a *b* <c>"));
    await row("breaks", () => marked.parse("a\nb", { breaks: true, gfm: true }));
    const own = new Marked({
      renderer: { heading({ tokens, depth }) { return `<h${depth} id="x">${this.parser.parseInline(tokens)}</h${depth}>`; } },
      extensions: [{
        name: "mark", level: "inline", start: (text) => text.indexOf("=="),
        tokenizer: (text) => { const match = /^==(.+?)==/.exec(text); return match ? { type: "mark", raw: match[0], text: match[1] } : undefined; },
        renderer: ({ text }) => `<mark>${text}</mark>`,
      }],
    });
    await row("own renderer", () => own.parse("## A *b*\n\n==m== x"));
    const late = new Marked({ async: true, walkTokens: async (token) => { if (token.type === "code") token.text = await Promise.resolve(token.text.toUpperCase()); } });
    await row("asynchronous", () => late.parse("    indented"));
    await row("not text", () => marked.parse(null));
    return response();
  },
};
