/* What a browser may add to pages that work without it: saving while one types,
   hiding questions that do not apply, progress of an upload, reading aloud,
   copying, printing, sorting by distance. Nothing here is needed to be served. */
"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  /* Going back to an answer to a form reads a page; it does not send the form again.
     A receipt stays in this tab's memory, in no address and no list of pages. */
  const settle = (main) => {
    if (!main || !main.dataset.here) return;
    history.replaceState(main.dataset.keep ? { receipt: main.dataset.keep } : null, "", main.dataset.here);
  };

  const begin = (root) => {
    settle(root.querySelector("main"));
    all("[data-focus]", root).forEach((place) => place.focus());
    all("form[data-autosave]", root).forEach(autosave);
    all("form:has([data-too-large])", root).forEach(tooLarge);
    all("form[data-once]", root).forEach(once);
    all("form[data-upload]", root).forEach(upload);
    all("[data-speak]", root).forEach(speak);
    all("[data-copy]", root).forEach(copy);
    all("[data-print]", root).forEach((button) => {
      button.hidden = false;
      button.onclick = () => window.print();
    });
    all("form[data-fragment]", root).forEach(fromFragment);
    all("[data-locate]", root).forEach(locate);
    conditions(root);
  };

  /* Show what the server answered without leaving the page. */
  const swap = (html) => {
    const next = new DOMParser().parseFromString(html, "text/html");
    const main = next.querySelector("main");
    if (!main) return false;
    document.title = next.title;
    for (const part of ["main", ".dock"]) {
      const fresh = next.querySelector(part);
      const old = document.querySelector(part);
      if (fresh && old) old.replaceWith(document.adoptNode(fresh));
    }
    begin(document);
    return true;
  };

  /* A second tap on a button sends nothing. */
  const once = (form) => {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) {
        event.preventDefault();
        return;
      }
      form.dataset.sent = "1";
      if (event.submitter) event.submitter.setAttribute("aria-disabled", "true");
    });
  };
  window.addEventListener("pageshow", () => {
    all("form[data-sent]").forEach((form) => {
      delete form.dataset.sent;
      all("[aria-disabled]", form).forEach((button) => button.removeAttribute("aria-disabled"));
    });
  });

  /* Questions that depend on an earlier answer. The server decides again. */
  const conditions = (root) => {
    const waiting = all("[data-show-if]", root);
    if (!waiting.length) return;
    const form = waiting[0].closest("form");
    const settle = () => waiting.forEach((place) => {
      const asked = place.dataset.showIf;
      const parent = waiting.find((other) => other.dataset.field === asked);
      const said = new FormData(form).getAll(asked);
      const wanted = place.dataset.showValues.split(" ");
      place.hidden = Boolean(parent && parent.hidden) || !said.some((value) => wanted.includes(value));
    });
    form.addEventListener("change", settle);
    all("[data-condition]", root).forEach((note) => { note.hidden = true; });
    settle();
  };

  const autosave = (form) => {
    const said = form.querySelector("[data-saved]");
    let timer = 0;
    let running = false;
    let changed = false;
    let waiting = null;
    const save = async () => {
      if (running || form.dataset.sent) { changed = true; return; }
      running = true;
      changed = false;
      try {
        const answer = await fetch(form.dataset.autosave, {
          method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "error",
          headers: { Accept: "application/json" },
        });
        const saved = answer.ok ? await answer.json() : null;
        if (saved) form.elements.version.value = saved.version;
        said.textContent = saved ? saved.said : "还没有自动保存，点“存草稿”可以保存。";
      } catch {
        said.textContent = "网络不通，内容还在本页。有网后会自动保存。";
        changed = true;
      }
      running = false;
      if (waiting) form.requestSubmit(waiting);
      else if (changed) timer = setTimeout(save, 5000);
    };
    /* Sending waits for a save under way: both would carry the same version. */
    form.addEventListener("submit", (event) => {
      clearTimeout(timer);
      if (!running) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      waiting = event.submitter;
    });
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(save, 1500);
    });
  };

  /* Photographs from a telephone are larger than reading them needs. */
  const smaller = async (file) => {
    if (file.size < 1.5e6 || !/^image\/(jpeg|png|webp)$/.test(file.type) || !window.createImageBitmap) return file;
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, 2600 / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.86));
      if (!blob || blob.size >= file.size) return file;
      return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
    } catch {
      return file;
    }
  };

  /* Say so before minutes are spent on sending what will be refused. */
  const megabytes = (bytes) => `${(bytes / 1048576).toFixed(1)} MB`;
  const tooLarge = (form) => {
    const place = form.querySelector("[data-too-large]");
    const sum = () => all("input[type=file]", form).flatMap((input) => [...input.files]).reduce((total, file) => total + file.size, 0);
    const check = () => {
      place.hidden = sum() <= form.dataset.most;
      place.textContent = place.hidden ? "" : `选的照片合计 ${megabytes(sum())}，最大 ${megabytes(form.dataset.most)}。请少选几张，或拍小一点。`;
    };
    form.addEventListener("change", check);
    form.addEventListener("submit", (event) => {
      if (place.hidden) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      place.scrollIntoView({ block: "center" });
    }, true);
  };

  const upload = (form) => {
    const input = form.querySelector("input[type=file]");
    const bar = form.querySelector("progress");
    const said = form.querySelector("[data-upload-said]");
    const button = form.querySelector("button");
    const send = async () => {
      if (!input.files.length || form.dataset.sent) return;
      form.dataset.sent = "1";
      const body = new FormData();
      for (const hidden of all("input[type=hidden]", form)) body.append(hidden.name, hidden.value);
      said.textContent = "正在准备…";
      for (const chosen of input.files) {
        const file = await smaller(chosen);
        if (file.size > form.dataset.most) {
          delete form.dataset.sent;
          input.value = "";
          said.className = "error";
          said.textContent = `“${chosen.name}”有 ${megabytes(file.size)}，最大 ${megabytes(form.dataset.most)}。可以改为拍照。`;
          return;
        }
        body.append(input.name, file);
      }
      said.className = "small quiet";
      const request = new XMLHttpRequest();
      bar.hidden = false;
      request.upload.onprogress = (event) => {
        bar.value = event.lengthComputable ? (100 * event.loaded) / event.total : 0;
        said.textContent = bar.value < 100 ? `正在上传 ${Math.round(bar.value)}%` : "已传到，正在检查…";
      };
      request.onload = () => { if (!swap(request.responseText)) location.reload(); };
      request.onerror = () => {
        delete form.dataset.sent;
        bar.hidden = true;
        said.textContent = "没有传上去，请检查网络后再点“上传”。已经传好的都还在。";
      };
      request.open("POST", form.action);
      request.send(body);
    };
    button.hidden = true;
    form.classList.add("live");
    input.addEventListener("change", send);
    form.addEventListener("submit", (event) => { event.preventDefault(); send(); });
  };

  const speak = (button) => {
    const voice = window.speechSynthesis;
    if (!voice) return;
    button.closest("[data-speak-box]").hidden = false;
    const word = button.querySelector("span");
    const reset = () => { word.textContent = "读给我听"; button.removeAttribute("aria-pressed"); };
    button.onclick = () => {
      if (button.hasAttribute("aria-pressed")) { voice.cancel(); reset(); return; }
      voice.cancel();
      const text = all("[data-read]").map((part) => part.innerText).join("。\n");
      const parts = text.match(/[^。！？；\n]+[。！？；\n]?/g) || [];
      button.setAttribute("aria-pressed", "true");
      word.textContent = "停止朗读";
      parts.forEach((part, at) => {
        const said = new SpeechSynthesisUtterance(part);
        said.lang = "zh-CN";
        said.rate = 0.9;
        if (at === parts.length - 1) said.onend = reset;
        voice.speak(said);
      });
    };
    window.addEventListener("pagehide", () => voice.cancel());
  };

  const copy = (button) => {
    const from = document.querySelector("[data-copy-from]");
    if (!from || !navigator.clipboard) return;
    button.hidden = false;
    button.onclick = async () => {
      await navigator.clipboard.writeText(from.textContent.trim());
      button.querySelector("span").textContent = "已复制";
    };
  };

  /* A receipt's own code carries its secret behind the #, which is never sent. */
  const fromFragment = (form) => {
    const kept = history.state && history.state.receipt;
    const secret = location.hash.slice(1) || kept || "";
    if (!/^[A-Za-z0-9]{20,40}$/.test(secret)) return;
    form.querySelector("input").value = secret;
    if (location.hash) history.replaceState(null, "", location.pathname);
  };

  /* The position is used in this page only and sent nowhere. */
  const locate = (box) => {
    const button = box.querySelector("button");
    const said = box.querySelector("[role=status]");
    if (!navigator.geolocation) return;
    box.hidden = false;
    const distance = (place, here) => {
      const rad = Math.PI / 180;
      const x = (place.lng - here.longitude) * Math.cos(((+place.lat + here.latitude) / 2) * rad);
      return Math.hypot(x, place.lat - here.latitude) * 111.195;
    };
    button.onclick = () => navigator.geolocation.getCurrentPosition(({ coords }) => {
      for (const list of all("[data-places]")) {
        const rows = all("li[data-lat]", list).map((row) => [distance(row.dataset, coords), row]);
        rows.sort((one, other) => one[0] - other[0]).reverse().forEach(([far, row]) => {
          row.querySelector("[data-far]").textContent = `约 ${far.toFixed(1)} 公里`;
          list.prepend(row);
        });
      }
      said.textContent = "已按远近排列。";
    }, () => { said.textContent = "没有拿到位置，请按乡镇（街道）查找。"; });
  };

  /* What has the focus must not lie under the bar at the bottom. */
  document.addEventListener("focusin", ({ target }) => requestAnimationFrame(() => {
    const dock = document.querySelector(".dock");
    if (!dock || dock.contains(target)) return;
    const place = target.getBoundingClientRect();
    const under = place.bottom + 12 - dock.getBoundingClientRect().top;
    if (under > 0) window.scrollBy(0, Math.max(0, Math.min(under, place.top - 16)));
  }));

  begin(document);
})();
