// compares: logs
// What is said of a content type that is given for the body of a form.

export default {
  fetch() {
    const form = new FormData();
    form.append("a", "b");
    const type = { "content-type": "multipart/form-data" };
    console.log("response");
    new Response(form, { headers: type });
    console.log("request");
    new Request("http://x/", { method: "POST", body: form, headers: type });
    console.log("none");
    new Response(form);
    new Response(form, { headers: { a: "b" } });
    new Response("text", { headers: type });
    new Response(new URLSearchParams("a=b"), { headers: type });
    console.log("end of logs");
    console.error("end of logs");
    return new Response("ok");
  },
};
