// Three lanes on one time axis, drawn as SVG: results, requests in flight, the gate.

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 350;
const LANE = 82;
const GAP = 30;
const LEFT = 4;
const RIGHT = 44;
const TIME = 0, SUCCEEDED = 1, FAILED = 2, SHED = 3, IN_FLIGHT = 4, LIMIT = 5, BUDGET = 6, SIGNAL = 7;

const number = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

function element(name, attributes = {}) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** The next number that looks good at the top of a scale. */
export function ceiling(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map((step) => step * power).find((top) => top >= value * 0.999);
}

export class Charts {
  constructor(host) {
    this.host = host;
    this.samples = [];
    this.span = 120;
    this.pointer = null;
    this.svg = element("svg", { role: "img", "aria-label": "Results, requests in flight and gate over time" });
    host.append(this.svg);
    new ResizeObserver(() => this.draw()).observe(host);
    host.addEventListener("pointermove", (event) => {
      this.pointer = event.clientX - host.getBoundingClientRect().left;
      this.draw();
    });
    host.addEventListener("pointerleave", () => {
      this.pointer = null;
      this.draw();
    });
  }

  begin(samples) {
    this.samples = samples.slice();
    this.draw();
  }

  add(sample) {
    const last = this.samples[this.samples.length - 1];
    if (last && last[TIME] >= sample[TIME]) return;
    this.samples.push(sample);
    if (this.samples.length > 900) this.samples.shift();
    this.draw();
  }

  show(span) {
    this.span = span;
    this.draw();
  }

  draw() {
    const width = this.host.clientWidth;
    if (width === 0) return;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    const end = this.samples.length ? this.samples[this.samples.length - 1][TIME] : Date.now();
    const begin = end - this.span * 1000;
    const shown = this.samples.filter((sample) => sample[TIME] >= begin - 1500);
    const x = (time) => LEFT + (Math.max(0, time - begin) / (end - begin)) * (width - LEFT - RIGHT);
    const parts = [];

    const results = ceiling(Math.max(1, ...shown.map((s) => Math.max(s[SUCCEEDED] + s[FAILED], s[SHED]))));
    parts.push(...this.lane(0, "Results per second", width, number.format(results), shown, [
      { kind: "area", name: "ok", value: (s) => s[SUCCEEDED], top: results },
      { kind: "area", name: "bad", value: (s) => s[SUCCEEDED] + s[FAILED], base: (s) => s[SUCCEEDED], top: results },
      { kind: "line", name: "ok", value: (s) => s[SUCCEEDED], top: results },
      { kind: "line", name: "bad", value: (s) => (s[FAILED] > 0 ? s[SUCCEEDED] + s[FAILED] : null), top: results },
      { kind: "line", name: "shed", value: (s) => s[SHED], top: results },
    ], x));

    const flight = ceiling(Math.max(1, ...shown.map((s) => Math.max(s[IN_FLIGHT], s[LIMIT]))));
    parts.push(...this.lane(1, "In flight against the limit", width, number.format(flight), shown, [
      { kind: "area", name: "flight", value: (s) => s[IN_FLIGHT], top: flight },
      { kind: "line", name: "flight", value: (s) => s[IN_FLIGHT], top: flight },
      { kind: "line", name: "limit", value: (s) => s[LIMIT], top: flight },
    ], x));

    const signals = shown.map((s) => s[SIGNAL]).filter((value) => value !== null);
    const signal = ceiling(Math.max(0, ...signals));
    const hasSignal = signals.length > 0;
    parts.push(...this.lane(2, hasSignal ? "Gate budget and live traffic" : "Gate budget", width,
      hasSignal ? `100 % · ${number.format(signal)}` : "100 %", shown, [
        { kind: "area", name: "budget", value: (s) => s[BUDGET], top: 1 },
        { kind: "line", name: "budget", value: (s) => s[BUDGET], top: 1 },
        ...(hasSignal ? [{ kind: "line", name: "signal", value: (s) => s[SIGNAL], top: signal }] : []),
      ], x));

    parts.push(...this.axis(width, begin, end, x));
    if (this.pointer !== null && shown.length) parts.push(...this.cross(width, shown, x, hasSignal));
    this.svg.replaceChildren(...parts);
  }

  lane(index, title, width, top, samples, series, x) {
    const y0 = index * (LANE + GAP) + 18;
    const right = width - RIGHT;
    const parts = [
      element("line", { class: "grid", x1: LEFT, x2: right, y1: y0, y2: y0 }),
      element("line", { class: "grid", x1: LEFT, x2: right, y1: y0 + LANE, y2: y0 + LANE }),
    ];
    for (const one of series) parts.push(this.path(one, samples, y0, x));
    parts.push(text(title, LEFT, y0 - 6, "lane-title"));
    const label = text(top, width, y0 - 6, "");
    label.setAttribute("text-anchor", "end");
    const zero = text("0", width, y0 + LANE, "");
    zero.setAttribute("text-anchor", "end");
    return [...parts, label, zero];
  }

  path(series, samples, y0, x) {
    const y = (value) => (y0 + LANE - (Math.min(value, series.top) / series.top) * LANE).toFixed(1);
    let line = "";
    let open = false;
    const there = [];
    for (const sample of samples) {
      const value = series.value(sample);
      if (value === null) {
        open = false;
        continue;
      }
      line += `${open ? "L" : "M"}${x(sample[TIME]).toFixed(1)},${y(value)}`;
      open = true;
      there.push(sample);
    }
    if (series.kind === "area" && there.length) {
      const base = series.base ?? (() => 0);
      const back = there.slice().reverse().map((s) => `L${x(s[TIME]).toFixed(1)},${y(base(s))}`).join("");
      const forth = there.map((s, i) => `${i ? "L" : "M"}${x(s[TIME]).toFixed(1)},${y(series.value(s))}`).join("");
      line = `${forth}${back}Z`;
    }
    return element("path", { class: `${series.name} ${series.kind}`, d: line });
  }

  axis(width, begin, end, x) {
    const step = this.span > 300 ? 180 : width < 500 ? 60 : 30;
    const parts = [];
    for (let back = 0; back < this.span; back += step) {
      const time = end - back * 1000;
      const label = back === 0 ? "now" : back >= 60 && back % 60 === 0 ? `−${back / 60} min` : `−${back} s`;
      const at = text(label, x(time), HEIGHT - 4, "");
      at.setAttribute("text-anchor", back === 0 ? "end" : "middle");
      parts.push(at);
    }
    return parts;
  }

  cross(width, samples, x, hasSignal) {
    let nearest = samples[0];
    for (const sample of samples) {
      if (Math.abs(x(sample[TIME]) - this.pointer) < Math.abs(x(nearest[TIME]) - this.pointer)) nearest = sample;
    }
    const at = x(nearest[TIME]);
    const percent = (value) => (value === null ? "–" : `${Math.round(value * 100)} %`);
    const words = [
      `${number.format(nearest[SUCCEEDED])} answered, ${number.format(nearest[FAILED])} errors, ${number.format(nearest[SHED])} shed`,
      `${nearest[IN_FLIGHT]} of ${nearest[LIMIT]}`,
      hasSignal ? `${percent(nearest[BUDGET])}, live ${nearest[SIGNAL] === null ? "–" : number.format(nearest[SIGNAL])}` : percent(nearest[BUDGET]),
    ];
    const leftward = at > width / 2;
    return [
      element("line", { class: "cross", x1: at, x2: at, y1: 18, y2: 18 + 3 * LANE + 2 * GAP }),
      ...words.map((word, lane) => {
        const label = text(word, at + (leftward ? -8 : 8), lane * (LANE + GAP) + 34, "readout");
        label.setAttribute("text-anchor", leftward ? "end" : "start");
        return label;
      }),
    ];
  }
}

function text(content, x, y, name) {
  const made = element("text", { x, y, class: name });
  made.textContent = content;
  return made;
}
