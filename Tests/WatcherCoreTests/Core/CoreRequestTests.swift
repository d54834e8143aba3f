import Testing

@testable import WatcherCore

@Suite("Requests to the core") struct CoreRequestTests {
    @Test(
        "a forged release is refused and makes no job",
        arguments: [
            ("$(reboot); --evil {{x}}", ""), ("-1.0", ""), ("1.0\n2.0", ""), ("", ""), ("1.0", "javascript:alert(1)"),
            ("1.0", "https://example.org/\u{1B}[0m"), ("1.0", "https://" + String(repeating: "x", count: 3000)),
        ])
    func forged(_ tag: String, _ url: String) {
        var bench = Bench(Known.config())
        let release = ReleaseReference(tag: tag, url: url, publishedAt: nil)
        let reply = bench.core.answer(.trigger(action: "build", releases: ["one": release]), at: Known.at(0))
        guard case .refused = reply else {
            Issue.record("\(reply)")
            return
        }
        #expect(bench.ledger.jobs.isEmpty)
    }

    @Test("a release as GitHub names it is taken") func genuine() {
        var bench = Bench(Known.config())
        let request = ControlRequest.trigger(action: "build", releases: ["one": Known.reference("1.0")])
        guard case .done = bench.core.answer(request, at: Known.at(0)) else {
            Issue.record("refused")
            return
        }
        #expect(bench.ledger.jobs.count == 1)
    }
}
