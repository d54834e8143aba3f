/// The style sheet of the page. Without quotation marks and angle brackets, so that none of it can be taken for markup.
enum HTMLStyle {
    static let sheet = """
        :root { color-scheme: light dark; --ink: #1a1a1a; --soft: #595959; --back: #ffffff; --line: #d0d0d0;
          --good: #0b6b3a; --bad: #a52a00; --busy: #0058a3; --job: #0072b2; --failed: #d55e00 }
        @media (prefers-color-scheme: dark) { :root { --ink: #ececec; --soft: #b0b0b0; --back: #16181c; --line: #44484f;
          --good: #63d297; --bad: #ff9a6b; --busy: #7cbcff; --job: #56b4e9; --failed: #e69f00 } }
        body { margin: 0 auto; padding: 1rem; max-width: 75rem; font: 1rem/1.5 system-ui, sans-serif;
          color: var(--ink); background: var(--back); overflow-wrap: anywhere }
        h1 { font-size: 1.5rem; margin: 0 } h2 { font-size: 1.15rem; margin: 1.5rem 0 .5rem }
        a { color: var(--busy) } footer, header p { color: var(--soft) }
        code { font-family: ui-monospace, monospace }
        .action { border-left: .3rem solid var(--bad); padding: .1rem 1rem } .action li { margin: .5rem 0 }
        table { border-collapse: collapse; width: 100% }
        th, td { text-align: left; vertical-align: top; padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line) }
        .good { color: var(--good) } .bad { color: var(--bad); font-weight: 600 } .busy { color: var(--busy) }
        svg { width: 100%; height: auto } svg text { fill: var(--ink); font-size: 13px }
        svg line { stroke: var(--line) } .job rect { fill: var(--job) } .failed rect { fill: var(--failed) }
        .failed path { stroke: var(--ink); stroke-width: 2 } .release { fill: var(--ink) }
        .waits { fill: var(--back); stroke: var(--ink); stroke-width: 2 }
        @media (max-width: 45rem) { thead { position: absolute; left: -999rem } tr, td, tbody th { display: block }
          td { border: 0; padding: .1rem 0 } td::before { content: attr(data-l); color: var(--soft); padding-right: .6rem }
          tbody th { border: 0; font-size: 1.1rem; padding: .8rem 0 0 } tr { border-bottom: 1px solid var(--line) } }
        @media print { body { max-width: none; padding: 0 } tr, li { break-inside: avoid } }
        """
}
