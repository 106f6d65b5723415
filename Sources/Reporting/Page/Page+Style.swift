extension Page {
  /// The look of the page: paper and ink, hairlines, one accent; numbers in columns.
  static let style = #"""
    :root {
      --paper: #fcfbf8; --ink: #1b1a18; --soft: #68645d; --faint: #a8a399; --hair: #e2ded5; --wash: #f4f2ec;
      --mass: #cfcac0; --accent: #c2401c; --gutter: 2.9rem; --x: -1;
      --text: "Avenir Next", Avenir, "Segoe UI", "Helvetica Neue", Helvetica, "Liberation Sans", Arial, sans-serif;
      --display: "Iowan Old Style", "Palatino Linotype", Palatino, "URW Palladio L", Georgia, serif;
      --mono: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --paper: #151413; --ink: #eae6de; --soft: #a09a90; --faint: #6c675f; --hair: #2e2c29; --wash: #1e1d1b;
        --mass: #4b4741; --accent: #ff8257;
      }
    }
    * { box-sizing: border-box; }
    html { background: var(--paper); color: var(--ink); -webkit-text-size-adjust: 100%; }
    body { margin: 0 auto; max-width: 74rem; padding: 0 2rem 4rem; font: 15px/1.45 var(--text);
      font-variant-numeric: tabular-nums lining-nums; }
    h1, h2, h3, p, dl, dd, figure, ul { margin: 0; padding: 0; }
    i { font-style: normal; }
    td a { color: inherit; text-decoration-color: var(--faint); text-underline-offset: .2em; }
    .after { margin-top: .8rem; color: var(--soft); }
    header { padding: 3.4rem 0 1.6rem; }
    .eyebrow { display: flex; justify-content: space-between; gap: 1rem; color: var(--soft); font-size: 13px;
      border-bottom: 1px solid var(--ink); padding-bottom: .45rem; margin-bottom: 1.5rem; }
    .eyebrow span { overflow-wrap: anywhere; }
    h1 { font: 400 2.7rem/1.12 var(--display); letter-spacing: -.012em; overflow-wrap: anywhere; }
    .artist { font: italic 400 1.25rem/1.4 var(--display); color: var(--soft); margin-top: .2rem; }
    .facts { color: var(--soft); margin-top: .9rem; }
    .facts i { padding: 0 .5em; color: var(--faint); }
    header .passed, header .missed { margin-top: .35rem; }
    .missed, .missed b { color: var(--accent); }
    .tick { color: var(--soft); }
    h2 { font: 400 1.55rem/1.2 var(--display); overflow-wrap: anywhere; }
    h3 { font-size: 13px; font-weight: 600; line-height: 1.3; }
    section { padding-top: 3.4rem; }
    section.file { padding-top: 1.9rem; }
    .title { border-top: 1px solid var(--ink); padding-top: .7rem; margin-bottom: 1.2rem; }
    .title p { color: var(--soft); max-width: 52rem; margin-top: .15rem; }
    section.file .title { border: 0; padding-top: 0; }
    small { font-size: .7em; color: var(--soft); font-weight: 400; }
    .spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }

    /* Files, to choose and to hear */
    .transport { position: sticky; top: 0; z-index: 5; display: flex; align-items: center; flex-wrap: wrap;
      gap: .3rem .9rem; background: var(--paper); border-bottom: 1px solid var(--hair); padding: .55rem 0; }
    .transport [hidden] { display: none; }
    .play { appearance: none; width: 2.3rem; height: 2.3rem; border: 1px solid var(--ink); border-radius: 50%;
      background: none; padding: 0; cursor: pointer; color: inherit; }
    .play svg { width: 1rem; height: 1rem; display: block; margin: auto; }
    .play path { fill: currentColor; }
    .play .halt, .play.playing .go { display: none; }
    .play.playing .halt { display: inline; }
    .play:disabled { opacity: .35; cursor: default; }
    .clock { min-width: 4.2em; font-size: 1.05rem; }
    .tabs { display: flex; flex-wrap: wrap; gap: 0 1.4rem; flex: 1; }
    .tab { color: var(--soft); text-decoration: none; padding: .2rem 0 .15rem; border-bottom: 2px solid transparent; }
    .tab b { font-weight: 600; margin-right: .45em; }
    .tab span { font-size: 13px; }
    .tab:hover { color: var(--ink); }
    .tab[aria-current] { color: var(--ink); border-color: var(--accent); }
    .match { color: var(--soft); font-size: 13px; }
    .match input { accent-color: var(--accent); vertical-align: -2px; }
    :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
    audio { width: 100%; margin-bottom: 1rem; }
    .live audio, .alone audio, .alone .play, .alone .clock, .alone .match { display: none; }
    .live section.file:not(.chosen) { display: none; }

    /* Figures */
    .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(6.2rem, 1fr)); gap: 1rem .9rem;
      margin-bottom: 1.8rem; }
    .figures dt { color: var(--soft); font-size: 13px; }
    .figures dd { font: 400 1.45rem/1.25 var(--display); font-variant-numeric: tabular-nums lining-nums; white-space: nowrap; }
    .figures dd small { font-size: .55em; font-family: var(--text); }
    .figures .note { font: 13px/1.3 var(--text); color: var(--soft); }

    /* Graphs over time */
    .course { position: relative; }
    .reading { display: block; min-height: 1.45em; color: var(--soft); font-size: 13px; margin-bottom: .35rem; }
    .live .reading.on { color: var(--ink); }
    .reading b { font-weight: 600; }
    html:not(.live) .reading { display: none; }
    .band { display: grid; grid-template-columns: var(--gutter) 1fr; margin-bottom: .7rem; }
    .band > h3, .graph figcaption, .small figcaption { grid-column: 1 / -1; display: flex; justify-content: space-between;
      gap: .2rem 1rem; flex-wrap: wrap; margin-bottom: .2rem; }
    .key { font-weight: 400; color: var(--soft); font-size: 12px; line-height: 1.4; }
    .k { display: inline-block; width: 1.5em; height: 0; border-top: 2px solid var(--ink); vertical-align: .28em;
      margin: 0 .35em 0 .7em; }
    .key span, .title p span { display: inline-block; }
    .title p .k { margin-left: 0; }
    .title p span { margin-right: 1.1em; }
    .k.short, .k.peak, .k.measured { border-color: var(--accent); }
    .k.momentary { border-color: var(--faint); border-top-width: 1px; }
    .k.integrated { border-top-width: 1px; }
    .k.target, .k.set { border-top: 1.5px dashed var(--ink); }
    .k.target { border-color: var(--accent); }
    .k.out { border-top-width: 1px; }
    .k.post { border-color: var(--accent); border-top-width: 1.5px; }
    .k.pre { border-top: 1.5px dashed var(--accent); }
    .k.keyed { border-top: 2px dotted var(--soft); }
    .axis { position: relative; font-size: 11px; color: var(--soft); }
    .axis span { position: absolute; right: .55rem; transform: translateY(-50%); line-height: 1; white-space: nowrap; }
    .plot { position: relative; height: var(--tall, 3rem); min-width: 0; }
    .waves1 { --tall: 5rem; } .waves2 { --tall: 9rem; } .loud { --tall: 11.5rem; } .low { --tall: 3rem; }
    .plot svg { display: block; width: 100%; height: 100%; overflow: visible; }
    .loud .plot svg, .spectrum .plot svg, .filter .plot svg { overflow: hidden; }
    path { vector-effect: non-scaling-stroke; fill: none; stroke-width: 1; stroke-linejoin: round; }
    .grid { stroke: var(--hair); }
    .zero { stroke: var(--faint); }
    .mark { stroke: var(--faint); stroke-dasharray: 2 3; }
    .wave { fill: var(--ink); stroke: var(--ink); stroke-width: .5; }
    .momentary { stroke: var(--faint); }
    .short { stroke: var(--accent); stroke-width: 1.8; }
    .integrated { stroke: var(--ink); }
    .target { stroke: var(--accent); stroke-dasharray: 5 4; }
    .thin { stroke: var(--ink); stroke-width: 1.1; }
    .taken { fill: var(--accent); }
    .lane { stroke: var(--accent); stroke-width: 1.7; }
    .cursor { position: absolute; top: 0; bottom: 0; width: 1px; left: calc(var(--x) * 100%); background: var(--accent);
      pointer-events: none; display: none; }
    .on .cursor { display: block; }
    .live .course:not(.song) .plot { cursor: crosshair; }
    .flag { position: absolute; top: -1px; transform: translateX(-50%); font: 600 10px/1.35 var(--text); color: var(--paper);
      background: var(--accent); border-radius: 2px; padding: 0 3px; }
    .key .flag { position: static; transform: none; display: inline-block; }
    .ruler, .clockface, .hertz { position: relative; margin-left: var(--gutter); font-size: 11px; color: var(--soft); }
    .ruler { margin-bottom: .3rem; }
    .markers, .bars, .clockface, .hertz { position: relative; height: 1.35em; }
    .ruler b { position: absolute; color: var(--ink); font-size: 12px; padding-left: .3em; border-left: 1px dashed var(--faint);
      white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
    .bars span, .clockface span, .hertz span { position: absolute; transform: translateX(-50%); white-space: nowrap; }
    .bars em { position: absolute; right: 100%; font-style: normal; margin-right: .9rem; }
    .bars span:first-of-type { transform: none; }
    .clockface { margin-top: -.35rem; }
    .clockface span:first-child { transform: none; }
    .clockface .end { transform: translateX(-100%); }
    .ruler b.end { border-left: 0; border-right: 1px dashed var(--faint); padding: 0 .3em 0 0; }

    /* Spectrum and field */
    .pair { display: grid; grid-template-columns: 1.75fr 1fr; gap: 2.4rem; margin-top: 1.6rem; }
    .graph { display: grid; grid-template-columns: var(--gutter) 1fr; align-content: start; }
    .spectrum { --tall: 15rem; }
    .hertz { grid-column: 2; margin-left: 0; padding-top: .2rem; }
    .mass { fill: var(--wash); }
    .average { stroke: var(--ink); stroke-width: 1.5; }
    .peak { stroke: var(--accent); stroke-width: 1.1; }
    .field { display: block; }
    .fan { position: relative; }
    .field svg { width: 100%; display: block; }
    .shade { fill: var(--accent); }
    .ray { stroke: var(--faint); }
    .sides { font-size: 11px; color: var(--soft); }
    .sides span { position: absolute; transform: translate(-50%, -50%); }

    /* Tables */
    .columns { display: grid; grid-template-columns: 1fr 1.35fr 1.5fr; gap: 2.4rem; margin-top: 2rem; }
    table { border-collapse: collapse; width: 100%; font-size: 13px; line-height: 1.3; margin-top: .3rem; }
    th { font-weight: 400; color: var(--soft); text-align: right; vertical-align: bottom; padding: .25rem 0 .25rem .9rem; }
    td { text-align: right; padding: .22rem 0 .22rem .9rem; border-top: 1px solid var(--hair); white-space: nowrap; }
    th:first-child, td:first-child, .left th, .left td { text-align: left; }
    tbody th, td { vertical-align: baseline; }
    th:first-child, td:first-child { padding-left: 0; }
    tbody th { color: var(--ink); border-top: 1px solid var(--hair); white-space: nowrap; }
    .scroll { overflow-x: auto; }
    .scroll tbody > tr > :first-child, .scroll thead > tr > :first-child { position: sticky; left: 0;
      background: var(--paper); padding-right: .6rem; }
    .wide td, .wide th { padding-right: .2rem; }
    #checks td { white-space: normal; }
    .nil { color: var(--faint); }
    .takes { color: var(--accent); }
    .moves { color: var(--accent); padding-left: .1em; }
    .way { color: var(--soft); }
    .sends { text-align: left; color: var(--soft); white-space: normal; min-width: 8rem; }
    .account th:last-child { text-align: left; }
    .account tr.bus:not(.bus + .bus) > *, .account tr.main > * { border-top-color: var(--faint); }
    tr.silent, g.silent { opacity: .42; }
    .tags, .hashes { font-size: 13px; display: grid; grid-template-columns: auto 1fr; gap: .12rem .9rem; margin: .3rem 0 1rem; }
    .tags dt, .hashes dt { color: var(--soft); }
    .tags dd { overflow-wrap: anywhere; }
    .hashes dd { font: 11px/1.5 var(--mono); overflow-wrap: anywhere; padding-top: .12rem; }

    .bridge .meter { width: 34%; min-width: 7rem; }
    .bridge .meter span { position: relative; display: block; height: .6rem; background: var(--wash); }
    .bridge .meter i { position: absolute; inset: 0 auto 0 0; background: var(--soft); }
    .bridge .meter b { position: absolute; top: -.1rem; bottom: -.1rem; width: 2px; background: var(--accent); }
    /* Small multiples */
    .multiples { display: grid; grid-template-columns: repeat(auto-fill, minmax(19.5rem, 1fr)); gap: 1.7rem 2.4rem; }
    .small { display: grid; grid-template-columns: 1.9rem 1fr; align-content: start; --tall: 4.2rem; }
    .small figcaption { display: block; }
    .small .key { display: block; }
    .small p { grid-column: 2; font-size: 12px; color: var(--soft); line-height: 1.4; margin-top: .25rem; }
    .small p b { font-weight: 600; color: var(--ink); }
    .filter { --tall: 8.4rem; }
    .filter .plot { overflow: hidden; }
    .measured { stroke: var(--accent); stroke-width: 2; }
    .set { stroke: var(--ink); stroke-width: 1; stroke-dasharray: 4 4; }
    .dot { position: absolute; width: 7px; height: 7px; margin: -3.5px; border-radius: 50%; background: var(--paper);
      border: 1.5px solid var(--ink); }
    .aside { color: var(--soft); margin-top: 1.2rem; font-size: 13px; }

    /* The graph */
    .flow.down { display: none; }
    .routing { display: block; width: 100%; height: auto; font-family: var(--text); break-inside: avoid; }
    .routing path { stroke: var(--faint); }
    .routing .post path, .routing .pre path { stroke: var(--accent); }
    .routing .pre path { stroke-dasharray: 5 4; }
    .routing .key path { stroke: var(--soft); stroke-width: 1.6; stroke-dasharray: .5 4; stroke-linecap: round; }
    .routing rect { fill: var(--wash); stroke: var(--hair); }
    .routing .bus rect { stroke: var(--faint); }
    .routing .main rect, .routing .master rect { stroke: var(--ink); }
    .routing .file rect { fill: var(--paper); stroke: var(--ink); }
    .routing text { fill: var(--soft); font-size: 12px; }
    .routing .name { fill: var(--ink); font-size: 13px; }
    .routing .level { fill: var(--accent); }
    .routing .edge .head { fill: var(--faint); stroke: none; }
    .routing .post .head, .routing .pre .head { fill: var(--accent); }
    .routing .key .head { fill: var(--soft); }
    .notes { list-style: none; font-size: 14px; }
    .notes li { padding: .3rem 0; border-top: 1px solid var(--hair); }
    .notes b { font-weight: 600; margin-right: .5em; }
    .notes .error b, .notes .warning b { color: var(--accent); }
    footer { margin-top: 4rem; border-top: 1px solid var(--ink); padding-top: .7rem; color: var(--soft); font-size: 13px; }
    footer p { max-width: 46rem; }

    @media (max-width: 52rem) {
      .pair, .columns { grid-template-columns: 1fr; gap: 1.8rem; }
    }
    @media (max-width: 34rem) {
      :root { --gutter: 1.9rem; }
      body { padding: 0 1rem 3rem; font-size: 14px; }
      header { padding: 1.6rem 0 1.1rem; }
      h1 { font-size: 2rem; }
      h2 { font-size: 1.35rem; }
      .figures { grid-template-columns: repeat(3, 1fr); gap: .8rem; }
      .figures dd { font-size: 1.25rem; }
      .figures dt, .figures .note { font-size: 11.5px; }
      .waves2 { --tall: 6.5rem; } .loud { --tall: 9rem; } .spectrum { --tall: 11rem; }
      .axis span { right: .35rem; }
      .multiples { grid-template-columns: 1fr; }
      .clockface span:nth-child(even), .bars span:nth-of-type(even) { display: none; }
      .match { order: 3; width: 100%; }
      .tabs { gap: 0 1rem; }
    }
    @media print {
      :root { --paper: #fff; --ink: #000; --soft: #444; --faint: #888; --hair: #ddd; --wash: #f2f2f2; --mass: #ccc; --accent: #b5390f; }
      * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
      body { max-width: none; padding: 0; font-size: 10pt; }
      .transport, audio, .reading { display: none !important; }
      .live section.file:not(.chosen) { display: block; }
      section.file + section.file { break-before: page; }
      .title, .band, .graph, .small, tr, .columns > div { break-inside: avoid; }
      .band { margin-bottom: 0; padding-bottom: .7rem; }
      .title, thead, h3 { break-after: avoid; }
      .scroll { overflow: visible; }
      .scroll tbody > tr > :first-child, .scroll thead > tr > :first-child { position: static; background: none; }
    }
    """#
}
