// Bundles the scripts of the query page. `make assets` runs this; nobody who installs needs it.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const folder = "../src/medrd_kg/web/static/query/";

const { metafile } = await build({
  entryPoints: { workbench: here("src/workbench.js") },
  outdir: here(folder),
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  charset: "utf8",
  legalComments: "none",
  banner: { js: "/* Made by `make assets` from frontend/. Licences of what it holds: licences.txt beside it. */" },
  absWorkingDir: here("."),
  metafile: true,
  logLevel: "info",
});

// The licences of what went into the bundle, each text once with the packages under it.
const names = Object.keys(metafile.inputs)
  .map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1])
  .filter(Boolean);
const texts = new Map();
for (const name of [...new Set(names)].sort()) {
  const { version } = JSON.parse(await readFile(here(`node_modules/${name}/package.json`), "utf8"));
  const text = (await readFile(here(`node_modules/${name}/LICENSE`), "utf8")).trim();
  texts.set(text, [...(texts.get(text) ?? []), `${name} ${version}`]);
}
const sections = [...texts].map(([text, packages]) => `${packages.join("\n")}\n\n${text}\n`);
await writeFile(here(`${folder}licences.txt`), sections.join(`\n${"-".repeat(72)}\n\n`));
