// What makes the connection flow nicer. Every page works without it, save closing the frame.

const framed = window.parent !== window;
if (framed) document.documentElement.classList.add("framed");

const tell = (message) => window.parent.postMessage(message, "*");
const close = () => tell({ type: "close" });

for (const button of document.querySelectorAll("[data-close]")) {
  button.hidden = !framed;
  button.addEventListener("click", close);
}
const done = document.querySelector("[data-activation]");
if (done && framed) tell({ type: "success", data: { activation_token: done.dataset.activation } });

document.querySelector("[data-focus]")?.focus();

for (const button of document.querySelectorAll("[data-reveal]")) {
  const input = document.getElementById(button.dataset.reveal);
  const [show, hide] = [button.textContent, button.dataset.hide];
  button.hidden = false;
  button.addEventListener("click", () => {
    const hidden = input.type === "password";
    input.type = hidden ? "text" : "password";
    button.textContent = hidden ? hide : show;
  });
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const input = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    input.select();
    try {
      await navigator.clipboard.writeText(input.value);
    } catch {
      document.execCommand("copy");
    }
    button.textContent = button.dataset.done;
  });
}

// A form is sent once; its button says that something is under way.
for (const form of document.querySelectorAll("form.step")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    const button = event.submitter;
    if (button?.dataset.busy) {
      form.setAttribute("aria-busy", "true");
      setTimeout(() => {
        button.textContent = button.dataset.busy;
        button.classList.add("busy");
      }, 150);
    }
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form.step")) delete form.dataset.sent;
});

// Checks while typing: the server knows the rules, the page only shows them. Nothing is judged before a field was left.
const checked = document.querySelector("form[data-check]");
if (checked) {
  const inputs = [...checked.querySelectorAll(".field input")];
  let asked = 0;
  const left = new Set();
  const check = async () => {
    const mine = ++asked;
    const body = new URLSearchParams(new FormData(checked));
    body.set("lang", document.documentElement.lang);
    let faults = {};
    try {
      const answer = await fetch("/connect/check", { method: "POST", body });
      faults = (await answer.json()).faults ?? {};
    } catch {
      return;
    }
    if (mine !== asked) return;
    for (const input of inputs) {
      const fault = left.has(input.name) && input.value ? faults[input.name] : undefined;
      const place = document.getElementById(`${input.name}-fault`);
      if (place.textContent !== (fault ?? "")) place.textContent = fault ?? "";
      input.closest(".field").classList.toggle("wrong", Boolean(fault));
      if (fault) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
  };
  let waiting;
  for (const input of inputs) {
    input.addEventListener("blur", () => {
      left.add(input.name);
      check();
    });
    input.addEventListener("input", () => {
      clearTimeout(waiting);
      if (input.value.length > 6) left.add(input.name);
      waiting = setTimeout(check, 400);
    });
  }
}
