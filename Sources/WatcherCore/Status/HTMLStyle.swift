/// The style sheet of the page. Without quotation marks and angle brackets, so that none of it can be taken for markup.
enum HTMLStyle {
    static let sheet = """
        :root { color-scheme: light dark; --ink: #1a1a1a; --soft: #595959; --back: #ffffff; --line: #d0d0d0;
          --good: #0b6b3a; --bad: #a52a00; --busy: #0058a3; --job: #0072b2; --failed: #d55e00; --shade: #f2f2f2 }
        @media (prefers-color-scheme: dark) { :root { --ink: #ececec; --soft: #b0b0b0; --back: #16181c; --line: #44484f;
          --good: #63d297; --bad: #ff9a6b; --busy: #7cbcff; --job: #56b4e9; --failed: #e69f00; --shade: #24272d } }
        body { margin: 0 auto; padding: 1rem; max-width: 75rem; font: 1rem/1.5 system-ui, sans-serif;
          color: var(--ink); background: var(--back); overflow-wrap: break-word }
        h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 } h2 { font-size: 1.15rem; margin: 1.5rem 0 .5rem }
        header p { margin: .5rem 0 0 } footer, header p, small, .axis { color: var(--soft) }
        a { color: var(--busy) } time { white-space: nowrap } small { font-size: .9em } ul { padding-left: 1.2rem }
        code { display: inline-block; max-width: 100%; box-sizing: border-box; overflow-x: auto; vertical-align: top;
          white-space: nowrap; padding: 0 .3rem; background: var(--shade); font-family: ui-monospace, monospace }
        .action { border-left: .3rem solid var(--bad); padding-left: 1rem; margin-top: 1.5rem }
        .action ul { list-style: none; padding: 0; margin: 0 } .action li { margin: .6rem 0; overflow-wrap: anywhere }
        .action h2 { margin: 0 } thead th { white-space: nowrap } li.bad { font-weight: 400 }
        table { border-collapse: collapse; width: 100% }
        th, td { text-align: left; vertical-align: top; padding: .35rem 1rem .35rem 0; border-bottom: 1px solid var(--line) }
        .good { color: var(--good) } .bad { color: var(--bad); font-weight: 600 } .busy { color: var(--busy) }
        td:nth-child(3) { overflow-wrap: anywhere; width: 38% }
        .weeks ul { list-style: none; padding: 0; margin: 0 } .weeks b { font-weight: 400 }
        .weeks li, .axis { display: grid; grid-template-columns: minmax(0, 11rem) minmax(0, 1fr); padding-right: .5rem }
        .weeks li svg { width: 100%; height: 30px; overflow: visible;
          background: linear-gradient(90deg, var(--line) 1px, transparent 1px) 0 0/25% 100% }
        .weeks .axis { display: flex; justify-content: space-between; padding-left: 11rem; margin: 0; font-size: .85rem }
        svg.key { width: 18px; height: 14px; vertical-align: -2px } svg line { stroke: var(--line) }
        svg text { fill: var(--ink); font-size: 14px; font-weight: 700; stroke: var(--back); stroke-width: 3px;
          paint-order: stroke }
        .job rect { fill: var(--job); stroke: var(--job); stroke-width: 3px }
        .failed rect { fill: var(--failed); stroke: var(--failed); stroke-width: 3px }
        .release { fill: var(--ink) } .ignored, .waits { fill: var(--back); stroke: var(--ink); stroke-width: 2px }
        .waits { stroke: var(--busy); stroke-dasharray: 3 2 }
        @media (max-width: 45rem) { thead { position: absolute; left: -999rem } tr, td, tbody th { display: block }
          td { position: relative; border: 0; padding: .1rem 0 .1rem 6.5rem; min-height: 1.5rem }
          td::before { content: attr(data-l); position: absolute; left: 0; color: var(--soft); font-weight: 400 }
          tbody th { border: 0; font-size: 1.1rem; padding: .8rem 0 0 }
          tr { border-bottom: 1px solid var(--line); padding-bottom: .5rem }
          td:nth-child(3) { width: auto } code { white-space: normal; overflow-wrap: anywhere }
          .weeks li { grid-template-columns: minmax(0, 1fr) } .weeks .axis { padding-left: 0 } }
        @media print { body { max-width: none; padding: 0 } tr, li { break-inside: avoid } }
        """
}
