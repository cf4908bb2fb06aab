// Drawings become figures that one can point at, where the page carries the library for it. Print keeps the drawings.

/** Colours of the page, for what is drawn. */
function figureLook() {
  const style = getComputedStyle(document.body);
  const colour = (name) => style.getPropertyValue(name).trim();
  const text = { labelColor: colour("--ink"), titleColor: colour("--ink"), labelFont: "system-ui, sans-serif", titleFont: "system-ui, sans-serif", labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal" };
  return {
    background: "transparent", view: { stroke: null }, font: "system-ui, sans-serif",
    axis: { ...text, gridColor: colour("--line"), domainColor: colour("--strong-line"), tickColor: colour("--strong-line") },
    axisQuantitative: { tickCount: 6 },
    legend: { ...text, symbolStrokeWidth: 2 },
    text: { color: colour("--ink"), fontSize: 13 }, rule: { color: colour("--ink") }, point: { color: colour("--ink") },
  };
}

/** The same with legends of one column, as a telephone shows them. */
function inOneColumn(value) {
  if (Array.isArray(value)) return value.map(inOneColumn);
  if (!value || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, key === "columns" ? 1 : inOneColumn(part)]));
}

async function drawFigure(figure, specification) {
  const plot = figure.querySelector(".plot");
  let target = plot.querySelector(".vega");
  if (!target) {
    target = element("div", { className: "vega no-print", role: "img", "aria-label": specification.description });
    plot.append(target);
  }
  const isSquare = specification.usermeta.square;
  const width = isSquare ? Math.min(specification.width, plot.clientWidth - 90) : "container";
  const own = { ...specification, width, height: isSquare ? width : specification.height, autosize: { type: isSquare ? "pad" : "fit-x", contains: "padding" } };
  own.usermeta = undefined;
  own.description = undefined;
  if (plot.clientWidth < 480) {
    own.layer = own.layer.map((layer) => ({ ...layer, encoding: inOneColumn(layer.encoding) }));
  }
  await window.vegaEmbed(target, own, {
    ast: true, actions: false, renderer: "canvas", defaultStyle: false, config: figureLook(),
    tooltip: { disableDefaultStyle: true },
  });
  target.querySelectorAll("[role]").forEach((part) => { part.removeAttribute("role"); part.removeAttribute("aria-roledescription"); });
  target.querySelectorAll("canvas").forEach((canvas) => canvas.setAttribute("aria-hidden", "true"));
  figure.classList.add("drawn");
}

async function drawFigures() {
  const specifications = documentOf("figures") ?? [];
  for (const specification of specifications) {
    const figure = [...document.querySelectorAll("figure[data-figure]")].find((one) => one.dataset.figure === specification.name);
    if (!figure) continue;
    try {
      await drawFigure(figure, specification);
    } catch (problem) {
      // The drawing stays where it is.
      console.error(`figure ${specification.name}: ${problem}`);
    }
  }
  document.documentElement.dataset.figures = "done";
}

if (window.vegaEmbed) {
  drawFigures();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawFigures);
} else {
  document.documentElement.dataset.figures = "none";
}
