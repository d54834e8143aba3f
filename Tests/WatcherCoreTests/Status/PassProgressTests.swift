import Testing

@testable import WatcherCore

@Suite("The progress of a pass")
struct PassProgressTests {
    @Test("counts the checks, and names our own limit while they wait for it")
    func limit() {
        var config = Known.config { $0.github.requestsPerMinute = 2 }
        for name in ["three", "two"] { config.upstreams[name] = Config.Upstream(repository: "owner/\(name)") }
        var core = Core(config, mode: Core.Mode(), ledger: Ledger())
        let commands = core.advance(at: Known.at(0))
        #expect(commands.count == 2)
        #expect(core.progress(at: Known.at(0)).line(at: Known.at(0)).hasPrefix("checked 0 of 3, goes on in 1 min"))
        #expect(
            core.progress(at: Known.at(0)).line(at: Known.at(50))
                == "checked 0 of 3, goes on in 11 s: limit of 2 requests a minute")
        core.apply(.checked(config.checkTarget(of: "one")!, .failed(.transient("x")), nil), at: Known.at(51))
        #expect(core.progress(at: Known.at(61)).line(at: Known.at(61)) == "checked 1 of 3")
    }

    @Test("shows each job that is waited for, what is done, and for how long")
    func jobs() {
        var job = Job(action: "build", causes: ["one": Known.reference("1.2")], generation: 0, created: Known.time(0))
        job.begin(releases: job.causes, isHighest: true, as: .building, at: Known.at(10))
        let progress = PassProgress(
            checked: 1, total: 1, limitedUntil: nil, requestsPerMinute: 800, jobs: [PassProgress.Job(job)])
        #expect(progress.line(at: Known.at(75)) == "build for one 1.2: building, 1 min 5 s")
    }

    @Test("sums up in one line, and leaves out what there is none of")
    func summary() {
        var report = Report()
        report.upstreams = [
            "a": CheckResult(word: .news), "b": CheckResult(word: .failed), "c": CheckResult(word: .unchanged),
            "d": CheckResult(word: .unchanged),
        ]
        #expect(report.summary(seconds: 65) == "4 checked in 1 min 5 s: 1 new, 1 failed, 2 unchanged")
        report.jobs = ["w-1"]
        #expect(report.summary(seconds: 1).hasSuffix("; 1 job"))
    }
}
