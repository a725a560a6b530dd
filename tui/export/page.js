'use strict';
// The page around the program: it unpacks what lies in it, paints cells, and hands on
// keys, clicks and the time. Nothing of the recording is ever made HTML: it is painted,
// or set as text.
(() => {
  const canvas = document.getElementById('stage');
  const main = document.querySelector('main');
  const paper = canvas.getContext('2d', { alpha: false });
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const FONT = 'ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace';
  const BOLD = 1, FAINT = 2, UNDERLINE = 4, REVERSE = 8; // grid.Attr
  const ALL = [80, 24], ONE = [60, 20]; // cells in which all panels have room, and in which one has
  const LARGEST = 15, READABLE = 11, SMALLEST = 5; // fonts

  let size = LARGEST, wide = 8, high = 18; // of the font, and of a cell, in CSS pixels
  let columns = 0, rows = 0;
  let cells = new Int32Array(0), painted = new Int32Array(0); // four numbers a cell
  let moves = false, dirty = true, last = 0;
  let frames = 0, worked = 0; // that were painted, and the milliseconds which that took

  const waited = () => document.getElementById('wait')?.remove();

  function tell(what) {
    waited();
    document.getElementById('fault').textContent = String(what && what.message || what);
  }

  // call runs a function of the program. A fault there comes back as an Error.
  function call(name, ...args) {
    const result = fdlab[name](...args);
    if (result instanceof Error) tell(result);
    return result;
  }

  const bytes = (id) => Uint8Array.from(atob(document.getElementById(id).textContent), (c) => c.charCodeAt(0));

  async function unpack(packed) {
    const stream = new Response(packed).body.pipeThrough(new DecompressionStream('gzip'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  function measure(px) {
    paper.font = `${px}px ${FONT}`;
    return [Math.max(paper.measureText('M'.repeat(20)).width / 20, 1), Math.round(px * 1.28)];
  }

  // fit chooses the largest font with which all panels have room, and resizes. In a window where
  // nobody could read that, one panel has it.
  function fit() {
    const space = main.getBoundingClientRect();
    const width = space.width - 8, height = space.height - 8;
    let least = ALL;
    const fits = (px) => {
      size = px;
      [wide, high] = measure(px);
      return width / wide >= least[0] && height / high >= least[1];
    };
    const largest = (from, to) => {
      for (let px = from; px >= to; px -= 0.5) if (fits(px)) return true;
      return false;
    };
    if (!largest(LARGEST, READABLE)) {
      least = ONE;
      largest(LARGEST, SMALLEST);
    }
    columns = Math.max(Math.floor(width / wide), least[0]);
    rows = Math.max(Math.floor(height / high), least[1]);
    const ratio = devicePixelRatio || 1;
    canvas.width = Math.ceil(columns * wide * ratio);
    canvas.height = Math.ceil(rows * high * ratio);
    canvas.style.width = columns * wide + 'px';
    canvas.style.height = rows * high + 'px';
    paper.setTransform(ratio, 0, 0, ratio, 0, 0);
    cells = new Int32Array(columns * rows * 4);
    call('resize', columns, rows);
    forget();
  }

  // forget has all painted anew, with what lies beside the last column.
  function forget() {
    painted = new Int32Array(cells.length).fill(-2); // no cell is so
    paper.fillStyle = ground();
    paper.fillRect(0, 0, canvas.width, canvas.height);
    dirty = true;
  }

  const ink = () => dark.matches ? '#d8dee4' : '#1b2026';
  const ground = () => dark.matches ? '#11151a' : '#fbfcfd';
  const color = (n, own) => n === 0 ? own : '#' + (n & 0xffffff).toString(16).padStart(6, '0');

  // The arms of box-drawing runes: north 1, east 2, south 4, west 8. A font must not
  // move them.
  const BOXES = { '─': 10, '│': 5, '┌': 6, '┐': 12, '└': 3, '┘': 9, '├': 7, '┤': 13, '┬': 14, '┴': 11, '┼': 15 };

  function glyph(rune, x, y) {
    const c = String.fromCodePoint(rune), w = wide, h = high;
    if (rune >= 0x2581 && rune <= 0x2588) { // lower eighths
      const part = h * (rune - 0x2580) / 8;
      paper.fillRect(x, y + h - part, w, part);
    } else if (c === '▌') paper.fillRect(x, y, w / 2, h);
    else if (c === '▐') paper.fillRect(x + w / 2, y, w / 2, h);
    else if (BOXES[c]) {
      const arms = BOXES[c], mx = Math.floor(x + w / 2), my = Math.floor(y + h / 2);
      if (arms & 8) paper.fillRect(x, my, mx - x + 1, 1);
      if (arms & 2) paper.fillRect(mx, my, x + w - mx, 1);
      if (arms & 1) paper.fillRect(mx, y, 1, my - y + 1);
      if (arms & 4) paper.fillRect(mx, my, 1, y + h - my);
    } else paper.fillText(c, x, y + Math.round(h * 0.76));
  }

  // paintRow paints a part of a row anew, grounds first. To change a font or a colour of the paper costs
  // more than to paint a letter, so it is told only what is other than before.
  function paintRow(row, first, end) {
    const y = row * high, left = Math.ceil(first * wide);
    paper.save();
    paper.beginPath();
    paper.rect(left, y, (end === columns ? canvas.width : Math.floor(end * wide)) - left, high); // whole pixels
    paper.clip();
    const style = (column) => {
      const i = (row * columns + column) * 4, attr = cells[i + 3];
      const fg = color(cells[i + 1], ink()), bg = color(cells[i + 2], ground());
      return attr & REVERSE ? [bg, fg] : [fg, bg];
    };
    let from = first, [, bg] = style(first);
    for (let column = first + 1; column <= end; column++) {
      const next = column < end ? style(column)[1] : '';
      if (next === bg) continue;
      paper.fillStyle = bg;
      paper.fillRect(from * wide, y, (column - from) * wide + 1, high);
      from = column;
      bg = next;
    }
    let fg = '', faint = -1, bold = -1;
    for (let column = first; column < end; column++) {
      const i = (row * columns + column) * 4, attr = cells[i + 3];
      if (cells[i] <= 32 && !(attr & UNDERLINE)) continue;
      if (fg !== (fg = style(column)[0])) paper.fillStyle = fg;
      if (faint !== (faint = attr & FAINT)) paper.globalAlpha = faint ? 0.6 : 1;
      if (bold !== (bold = attr & BOLD)) paper.font = `${bold ? 'bold ' : ''}${size}px ${FONT}`;
      const x = column * wide;
      if (attr & UNDERLINE) paper.fillRect(x, y + high - 3, wide, 1);
      if (cells[i] > 32) glyph(cells[i], x, y);
    }
    paper.restore();
  }

  // paint paints what has changed: in each row from the first cell that is other than it was to the last
  // one, and one more at each side, as a letter may reach over its cell.
  function paint() {
    call('frame', new Uint8Array(cells.buffer));
    for (let row = 0; row < rows; row++) {
      const from = row * columns * 4, to = from + columns * 4;
      let a = from, b = to;
      while (a < to && cells[a] === painted[a]) a++;
      if (a === to) continue;
      while (cells[b - 1] === painted[b - 1]) b--;
      painted.set(cells.subarray(a, b), a);
      paintRow(row, Math.max(Math.floor((a - from) / 4) - 1, 0), Math.min(Math.ceil((b - from) / 4) + 1, columns));
    }
  }

  // speak offers the text of the moment, once it has stood for a while.
  let speaking = 0;
  function speak() {
    clearTimeout(speaking);
    speaking = setTimeout(() => {
      const words = call('words');
      const place = document.getElementById('words');
      if (!(words instanceof Error) && place.textContent !== words) place.textContent = words;
    }, 300);
  }

  function tick(now) {
    if (moves) {
      moves = call('pass', Math.min(now - last, 100)) === true;
      dirty = true;
    }
    last = now;
    if (dirty) {
      dirty = false;
      const began = performance.now();
      paint();
      worked += performance.now() - began;
      frames++;
      if (!moves) speak();
    }
    requestAnimationFrame(tick);
  }

  function changed() {
    moves = call('pass', 0) === true;
    dirty = true;
  }

  // acted says that a person did something.
  function acted() {
    changed();
    if (source.acted) source.acted();
  }

  // The names that a terminal gives to keys.
  const NAMES = {
    ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down', Enter: 'enter', Escape: 'esc',
    Backspace: 'backspace', Tab: 'tab', Home: 'home', End: 'end', PageUp: 'pgup', PageDown: 'pgdown',
  };
  function nameOf(e) {
    let name = NAMES[e.key] || e.key;
    if (e.shiftKey && (name === 'left' || name === 'right' || name === 'tab')) name = 'shift+' + name;
    if (e.ctrlKey) name = 'ctrl+' + name;
    return name;
  }
  addEventListener('keydown', (e) => {
    if (e.metaKey || e.altKey || e.target instanceof HTMLButtonElement && (e.key === 'Tab' || e.key === 'Enter' || e.key === ' ')) return;
    if (call('key', nameOf(e)) === true) e.preventDefault();
    acted();
  });
  for (const b of document.querySelectorAll('nav button')) {
    b.addEventListener('click', () => { call('key', b.dataset.key); acted(); });
  }

  // A press is a click; moved sideways it moves the playhead, up and down it scrolls; two
  // fingers zoom.
  const at = (e) => {
    const r = canvas.getBoundingClientRect();
    return [Math.floor((e.clientX - r.left) / wide), Math.floor((e.clientY - r.top) / high)];
  };
  const fingers = new Map();
  let spread = 0, scrolled = 0;
  canvas.addEventListener('pointerdown', (e) => {
    if (e.button !== 0) return;
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(e.pointerId);
    fingers.set(e.pointerId, e);
    scrolled = e.clientY;
    spread = 0;
    if (fingers.size === 1) call('click', ...at(e));
    acted();
  });
  canvas.addEventListener('pointermove', (e) => {
    if (!fingers.has(e.pointerId)) return;
    fingers.set(e.pointerId, e);
    if (fingers.size === 2) {
      const [a, b] = [...fingers.values()];
      const now = Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
      if (spread === 0) spread = now;
      if (now > spread * 1.3 || now < spread / 1.3) {
        call('key', now > spread ? '+' : '-');
        spread = now;
      }
    } else {
      call('drag', ...at(e));
      const down = Math.trunc((scrolled - e.clientY) / high);
      if (e.pointerType === 'touch' && down !== 0) {
        call('wheel', down, ...at(e));
        scrolled = e.clientY;
      }
    }
    acted();
  });
  for (const end of ['pointerup', 'pointercancel']) canvas.addEventListener(end, (e) => fingers.delete(e.pointerId));
  canvas.addEventListener('wheel', (e) => {
    e.preventDefault();
    call('wheel', Math.sign(e.deltaY), ...at(e));
    acted();
  }, { passive: false });

  // Where the program lies, and what it shows: in this page; of a class see class.js.
  const source = globalThis.source || {
    program: async () => bytes('program'),
    open: () => call('open', bytes('recording'), new TextDecoder().decode(bytes('lesson')), dark.matches),
  };

  // begin is called by the program when its functions are there.
  globalThis.begin = () => {
    const why = source.open({ call, changed, tell, dark: dark.matches });
    if (why !== '') return tell(why);
    waited();
    canvas.hidden = false;
    fit();
    addEventListener('resize', fit);
    dark.addEventListener('change', () => { call('theme', dark.matches); forget(); });
    canvas.focus({ preventScroll: true });
    changed();
    requestAnimationFrame(tick);
    // What a test asks: what is painted now.
    globalThis.pace = () => ({ frames, worked, at: performance.now() });
    globalThis.painted = () => dirty ? null : { columns, rows, wide, high, cells: Array.from(painted), moves };
  };

  (async () => {
    if (!globalThis.WebAssembly || !globalThis.DecompressionStream) {
      throw new Error('This browser is too old for the page: it needs WebAssembly and DecompressionStream (Chromium 97, Firefox 113, Safari 16.4).');
    }
    const go = new Go();
    const { instance } = await WebAssembly.instantiate(await unpack(await source.program()), go.importObject);
    await go.run(instance);
    throw new Error('The program has ended.');
  })().catch(tell);
})();
