// Looks at the pages of a running downwire in a real Chromium: at 360 and 1280 px, light and dark. Fails on sideways
// scrolling, console errors, requests to anywhere else, text of too little contrast, and focus that cannot be seen.
//
//   node look.mjs BASE_URL OUT_DIR PATH…
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';

const [base, out, ...paths] = process.argv.slice(2);
mkdirSync(out, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});
const faults = [];

/** The smallest contrast of any visible text with what is painted behind it (WCAG 2.2, 1.4.3). */
function leastContrast() {
  const parse = (text) => (text.match(/[\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18] : [255, 255, 255];
  };
  let least = { ratio: 21 };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !element.getClientRects().length || element.closest('svg')) continue;
    const box = element.getBoundingClientRect();
    if (box.right < 0) continue;
    const [one, two] = [light(parse(getComputedStyle(element).color)), light(behind(element))];
    const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    if (ratio < least.ratio) least = { ratio, text: walker.currentNode.textContent.trim().slice(0, 40) };
  }
  return least;
}

for (const path of paths) {
  for (const width of [360, 1280]) {
    for (const colorScheme of ['light', 'dark']) {
      const name = `${path.replace(/[^a-z0-9]+/gi, '-').replace(/^-|-$/g, '') || 'front'}-${width}-${colorScheme}`;
      const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
      const page = await context.newPage();
      const fault = (what) => faults.push(`${name}: ${what}`);
      page.on('console', (message) => message.type() === 'error' && !/status of 40\d/.test(message.text()) && fault(message.text()));
      page.on('pageerror', (error) => fault(String(error)));
      page.on('request', (request) => request.url().startsWith(base) || request.url().startsWith('data:') || fault(`asks ${request.url()}`));
      await page.goto(base + path, { waitUntil: 'load' });
      // What an address asks to be open is looked at open.
      if (path.endsWith('#facets')) await page.evaluate(() => document.querySelectorAll('details.facets').forEach((one) => { one.open = true; }));
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (wide > 0) fault(`scrolls sideways by ${wide} px`);
      const least = await page.evaluate(leastContrast);
      if (least.ratio < 4.5) fault(`contrast ${least.ratio.toFixed(2)} of “${least.text}”`);
      const small = await page.evaluate(() => [...document.querySelectorAll('nav a, button, input, a.tag, summary')]
        .filter((element) => element.getBoundingClientRect().height < 24).map((element) => element.textContent.trim()));
      if (small.length) fault(`targets lower than 24 px: ${small.slice(0, 3).join(', ')}`);
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
      if (outline === 'none') fault('focus cannot be seen');
      await page.evaluate(() => document.activeElement.blur());
      await page.screenshot({ path: `${out}/${name}.png`, fullPage: width === 360 });
      await context.close();
    }
  }
}
await browser.close();
if (faults.length) {
  console.error(faults.join('\n'));
  process.exit(1);
}
console.log(`${paths.length} pages looked at, in 2 widths and 2 colour schemes`);
