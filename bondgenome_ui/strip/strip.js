// A row of buttons with pictures; the page scrolls to the chosen one when it changes.
export default function ({ data, parentElement, setTriggerValue }) {
  const strip = parentElement.querySelector(".strip");
  strip.setAttribute("aria-label", data.label);
  const signature = JSON.stringify(data.items.map(({ id, title, note }) => [id, title, note]));
  if (strip.dataset.signature !== signature) {
    strip.dataset.signature = signature;
    strip.replaceChildren(...data.items.flatMap((item, k) => {
      const first = item.group && item.group !== data.items[k - 1]?.group;
      return first ? [heading(item.group), button(item)] : [button(item)];
    }));
  }
  for (const element of strip.querySelectorAll("button")) {
    element.onclick = () => setTriggerValue("chosen", element.dataset.id);
    const chosen = element.dataset.id === data.chosen;
    if (chosen && element.getAttribute("aria-selected") !== "true") {
      strip.scrollTo({ left: element.offsetLeft - strip.clientWidth / 2 + element.clientWidth / 2 });
    }
    element.setAttribute("aria-selected", chosen);
  }
}

function heading(text) {
  return Object.assign(document.createElement("span"), { className: "group", textContent: text });
}

function button({ id, title, image, note }) {
  const element = Object.assign(document.createElement("button"), { type: "button", title: note });
  element.dataset.id = id;
  element.setAttribute("role", "option");
  const picture = Object.assign(document.createElement("img"), { src: image, alt: "", loading: "lazy" });
  element.append(picture, Object.assign(document.createElement("span"), { textContent: title }));
  return element;
}
