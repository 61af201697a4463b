// Passkeys: the browser's answer goes into the form that asked, and the form is sent. Nothing here decides.
(() => {
  "use strict";
  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    const makes = form.dataset.passkey === "create";
    const into = form.querySelector(makes ? "[name=made]" : "[name=answer]");
    form.addEventListener("submit", (event) => {
      if (into.value || !window.PublicKeyCredential) return;
      event.preventDefault();
      const asked = JSON.parse(form.dataset.options);
      const known = window.PublicKeyCredential;
      // Inside the promise: a browser that lacks one of these answers as one that has no key.
      const answer = Promise.resolve().then(() => makes
        ? navigator.credentials.create({ publicKey: known.parseCreationOptionsFromJSON(asked) })
        : navigator.credentials.get({ publicKey: known.parseRequestOptionsFromJSON(asked) }));
      answer.then((made) => JSON.stringify(made.toJSON())).catch(() => "none").then((text) => {
        into.value = text;
        form.submit();
      });
    });
  });
})();
