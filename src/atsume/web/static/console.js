// What makes the console nicer. Every page works without it.

// A form that cannot be taken back asks first; every form is sent once.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent || (form.dataset.ask && !window.confirm(form.dataset.ask))) return event.preventDefault();
    form.dataset.sent = "yes";
    form.setAttribute("aria-busy", "true");
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// What was told once is not told again when the page is loaded anew.
const here = new URL(window.location.href);
if (here.searchParams.has("told")) {
  here.searchParams.delete("told");
  window.history.replaceState(null, "", here);
}

// A sync that goes on is asked about every two seconds, until it has ended or the page cannot be seen.
const live = document.querySelector("[data-live]");
if (live) {
  const ask = async () => {
    if (!document.hidden) {
      try {
        const answer = await fetch(live.dataset.live, { headers: { accept: "text/html" } });
        if (answer.redirected || !answer.ok) return;
        live.innerHTML = await answer.text();
      } catch {
        // The server is away for a moment; what is shown stays.
      }
    }
    if (live.querySelector("[data-over]")) window.location.reload();
    else setTimeout(ask, 2000);
  };
  setTimeout(ask, 1000);
}
