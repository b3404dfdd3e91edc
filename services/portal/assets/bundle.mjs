// Bundles what the pages need into the folder named on the command line and writes its manifest.
//
// Every file's name holds a hash of its content, so that it may be cached for ever. Only listed icons are taken.
// Run by build.py, which says when.
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { build } from "esbuild";

const [out, stamp] = process.argv.slice(2);
const ENTRIES = ["js/boot.js", "js/app.js", "css/app.css"];

/** The bundled files by the name that templates use. */
async function bundle() {
  const result = await build({
    entryPoints: ENTRIES,
    outdir: out,
    bundle: true,
    minify: true,
    format: "iife",
    target: ["chrome90", "firefox90", "safari15"],
    entryNames: "[name]-[hash]",
    legalComments: "linked",
    metafile: true,
    logLevel: "warning",
    charset: "utf8",
  });
  return Object.fromEntries(
    Object.entries(result.metafile.outputs)
      .filter(([, made]) => made.entryPoint)
      .map(([path, made]) => [basename(made.entryPoint), basename(path)]),
  );
}

/** One sprite of the icons that `icons.txt` lists. */
async function sprite() {
  const names = (await readFile("icons.txt", "utf8")).split("\n").map((line) => line.trim()).filter(Boolean);
  const symbols = await Promise.all(names.map(symbol));
  const svg = `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`;
  const hash = createHash("sha256").update(svg).digest("hex").slice(0, 8).toUpperCase();
  const file = `icons-${hash}.svg`;
  await writeFile(join(out, file), svg);
  return { file, names };
}

async function symbol(name) {
  const source = await readFile(join("node_modules/@tabler/icons/icons/outline", `${name}.svg`), "utf8").catch(() => {
    throw new Error(`icons.txt names an icon that @tabler/icons does not have: ${name}`);
  });
  const shapes = source.match(/<(?:path|circle|rect|line|polyline|polygon|ellipse)\b[^>]*>/g).filter((shape) => !shape.includes('stroke="none"'));
  const look = 'viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';
  return `<symbol id="${name}" ${look}>${shapes.join("")}</symbol>`;
}

const files = await bundle();
const icons = await sprite();
files["icons.svg"] = icons.file;
const manifest = { stamp, files, icons: icons.names };
await writeFile(join(out, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
