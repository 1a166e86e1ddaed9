// Where nobody answers, as while Cairn starts again, htmx is told so by a status: a page says it, and no error is noted.
document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  ctx.fetch = async (address, asked) => {
    try {
      return await fetch(address, asked);
    } catch (error) {
      if (error?.name === "AbortError") throw error; // Something newer was asked for.
      return new Response(null, { status: 503 });
    }
  };
});
