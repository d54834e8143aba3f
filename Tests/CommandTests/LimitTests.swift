import Foundation
import TestSupport
import Testing

@Suite("GitHub's limits") struct LimitTests {
    /// Seconds to the end of the pause.
    /// From the last request on: the pause begins a little later, with the answer, and ends on a whole second.
    private func paused(_ world: World) -> Double {
        let until = world.state["quotas"]?["github"]?["pausedUntil"]?.string.flatMap(World.date)
        return world.github.requests.last.flatMap { last in until?.timeIntervalSince(last.time) } ?? 0
    }

    @Test("an exhausted budget stops all requests until it is full again, over processes", arguments: [403, 429])
    func primary(_ status: Int) async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            world.github.configure { $0.limitStatus = status }
            world.github.setRemaining(0, resetsIn: 1800, token: Secrets.token)
            try await world.quietPass()
            #expect((1750...1806).contains(paused(world)))

            let before = world.github.count()
            let waiting = try await world.run("once", "--json")
            #expect(waiting.status == 0)
            #expect(waiting.json["upstreams"]?["elabftw"]?["result"] == "waiting")
            #expect(
                waiting.json["upstreams"]?["elabftw"]?["detail"]?.string?.contains("API rate limit exceeded") == true)
            #expect(world.github.count() == before, "not one request before the time")
            #expect(try await world.run("status").out.contains("paused until"))

            world.github.setRemaining(5000, token: Secrets.token)
            try world.age("quotas.github.pausedUntil", by: 1810)
            try await world.pass()
            #expect(world.runs.count == 1)
        }
    }

    @Test("the secondary limit is kept for as long as it asks", arguments: [403, 429])
    func secondary(_ status: Int) async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.fail(Route(.releases), with: .secondaryLimit(retryAfter: 77, status: status), times: 2)
            try await world.quietPass()
            #expect((76...83).contains(paused(world)))
            let before = world.github.count()
            try await world.quietPass()
            #expect(world.github.count() == before)
        }
    }

    @Test("without a named time it is a minute, and longer each time") func unnamed() async throws {
        try await withWorld { world async throws in
            world.keepOneUpstream()
            try await world.baseline()
            world.github.fail(Route(.releases), with: .secondaryLimit(retryAfter: nil), times: 3)
            for expected in [60.0, 120, 300] {
                _ = try await world.run("once")
                #expect((expected - 1...expected + 5).contains(paused(world)), "\(paused(world))")
                try world.age("quotas.github.pausedUntil", by: 400)
            }
            try await world.pass()
            #expect(world.state["quotas"]?["github"]?["strikes"] == 0)
        }
    }

    @Test(
        "a time that is a date, nonsense or beyond all reason is kept as far as it makes sense",
        arguments: [
            ("nonsense", 57...65.0), ("-5", 57...65), ("99999999999", 31_622_380...31_622_410),
            ("172800", 172_790...172_805), ("0", 0...5),
        ])
    func oddTimes(_ retryAfter: String, _ expected: ClosedRange<Double>) async throws {
        try await withWorld { world async throws in
            world.keepOneUpstream()
            try await world.baseline()
            var answer = ScriptedAnswer.json(403, ["message": "You have exceeded a secondary rate limit."])
            answer.set("Retry-After", retryAfter)
            world.github.fail(Route(.releases), with: .answer(answer), times: 1)
            _ = try await world.run("once")
            #expect(expected.contains(paused(world)), "\(paused(world))")
        }
    }

    @Test("a time that an outage names is kept like that of a limit", arguments: [500, 502, 503, 504])
    func outage(_ status: Int) async throws {
        try await withWorld { world async throws in
            world.keepOneUpstream()
            try await world.baseline()
            var answer = ScriptedAnswer.text(status, "down for maintenance")
            answer.set("Retry-After", "3600")
            world.github.fail(Route(.releases), with: .answer(answer), times: 1)
            _ = try await world.run("once")
            #expect((3590...3605).contains(paused(world)), "\(paused(world))")
        }
    }

    @Test("a pause of GitHub holds up no message") func messagesGoOn() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            var later = ScriptedAnswer.text(429, "later")
            later.set("Retry-After", "600")
            world.sink.script(world.hookPath, [later])
            world.github.publish(World.elabftw, "5.6.13")
            try await world.pass()
            world.github.fail(Route(), with: .secondaryLimit(retryAfter: 600))
            try await world.quietPass()
            try world.age("outbox.receivers.hook.notBefore", by: 610)
            _ = try await world.run("once")
            #expect(Set(world.told) == ["release 5.6.13"])
            #expect(world.messages.count == 2)
        }
    }

    @Test("a dispatch that a limit stops is made when the pause is over, and is no lost attempt") func dispatch()
        async throws
    {
        try await withWorld { world async throws in
            world.set("actions.build-image.attempts", 1)
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            world.github.fail(Route(.dispatch), with: .secondaryLimit(retryAfter: 900), times: 1)
            try await world.pass()
            #expect((890...905).contains(paused(world)))
            let before = world.github.count()
            try await world.quietPass()
            #expect(world.github.count() == before)
            try world.age("quotas.github.pausedUntil", by: 910)
            try world.ageJob(by: 910)
            try await world.pass()
            try await world.pass()
            #expect(world.runs.count == 1)
        }
    }

    @Test("a limit that outlasts three passes in a row makes no failing upstream") func noFailure() async throws {
        try await withWorld { world async throws in
            world.keepOneUpstream()
            try await world.baseline()
            world.github.setRemaining(0, resetsIn: 1800, token: Secrets.token)
            for _ in 0..<4 { try await world.quietPass() }
            #expect(world.told.isEmpty)
        }
    }

    @Test("a token that expires soon is told about once") func expiry() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.addToken(Secrets.token, .init(expires: World.ago(-3 * 86_400)))
            let output = try await world.pass()
            #expect(output.out.contains("attention: the token of github expires at"))
            #expect(world.told == ["attention "])
            try await world.quietPass()
        }
    }

    @Test("an API version that is to be retired is told about once") func retirement() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.configure { $0.sunset = "Fri, 10 Mar 2028 00:00:00 GMT" }
            try await world.pass()
            #expect(world.told == ["attention "])
            #expect(world.messages.first?["text"]?.string?.contains("10 Mar 2028") == true)
            try await world.quietPass()
        }
    }

    /// What GitHub says of an upstream, and what a person is told.
    struct Refusal: Sendable, CustomStringConvertible {
        let description: String
        let words: [String]
        /// Whether it may pass by itself.
        var isTransient = false
        let arrange: @Sendable (World) -> Void
    }

    static let refusals = [
        Refusal(description: "a revoked token", words: ["401", "Bad credentials", "make a new one"]) {
            $0.github.removeToken(Secrets.token)
        },
        Refusal(description: "a blocked repository", words: ["451", "Repository access blocked", "legal"]) {
            $0.github.block(World.elabftw)
        },
        Refusal(description: "a deleted repository", words: ["404", "Not Found", "is the name right"]) {
            $0.github.delete(World.elabftw)
        },
        Refusal(description: "a repository that became private", words: ["404", "may the token see it"]) {
            $0.github.hide(World.elabftw)
            $0.github.addToken(Secrets.token, .init(repositories: []))
        },
        Refusal(description: "a retired version of the API", words: ["410", "no longer supported", "update watcher"]) {
            $0.github.configure { $0.retiredVersions = ["2026-03-10"] }
        },
        Refusal(
            description: "a permission that is missing", words: ["403", "Resource not accessible", "contents=read"]
        ) {
            $0.github.hide(World.elabftw)
            $0.github.addToken(Secrets.token, .init(permissions: ["actions": "write"]))
        },
        Refusal(
            description: "a server that is down", words: ["could not connect to 127.0.0.1"], isTransient: true
        ) { world in
            world.set("network", nil)
            world.set("github.apiURL", "http://127.0.0.1:9")
        },
    ]

    @Test(
        "what GitHub refuses is told apart, is a failure at once or after three passes, and recovers",
        arguments: refusals)
    func refused(_ refusal: Refusal) async throws {
        try await withWorld { world async throws in
            world.keepOneUpstream()
            try await world.baseline()
            let (config, before) = (world.config, world.stableState)
            refusal.arrange(world)
            let first = try await world.run("once", "--verbose")
            for words in refusal.words { #expect(first.err.contains(words), "\(first.err)") }
            #expect(first.status == (refusal.isTransient ? 0 : 1))
            if refusal.isTransient {
                try await world.quietPass()
            } else {
                let second = try await world.run("once")
                #expect(second.status == 1 && second.err.hasPrefix("error: elabftw: "), "\(second.err)")
                #expect(second.err.contains("\nhint: "), "\(second.err)")
            }
            let third = try await world.run("once")
            #expect(third.status == 1)
            #expect(third.err.hasPrefix("error: elabftw: "))
            #expect(world.told == ["upstreamFailing elabftw"])
            #expect(world.lastSeen("elabftw") == "5.6.12")
            #expect(world.stableState["upstreams"] == before["upstreams"])

            world.set("github", config["github"])
            world.github.addToken(Secrets.token)
            world.github.block(World.elabftw, false)
            world.github.delete(World.elabftw, false)
            world.github.hide(World.elabftw, false)
            world.github.configure { $0.retiredVersions = [] }
            let recovered = try await world.pass()
            #expect(recovered.out.contains("answers again after 3 failed checks"))
            #expect(world.told == ["upstreamFailing elabftw", "upstreamRecovered elabftw"])
        }
    }

    @Test("an archived repository is told about once") func archived() async throws {
        try await withWorld { world async throws in
            world.keepOneUpstream()
            try await world.baseline()
            world.github.archive(World.elabftw)
            try world.age("upstreams.elabftw.lastSweep", by: 90_000)
            try await world.pass()
            #expect(world.told == ["attention elabftw"])
            #expect(world.messages.first?["text"]?.string?.contains("archived") == true)
            try world.age("upstreams.elabftw.lastSweep", by: 90_000)
            try await world.quietPass()
        }
    }

    @Test(
        "a pass over 1 000 upstreams without news: as many requests, few connections, one save, no to and fro of threads",
        .enabled(if: Strace.isUsable, "strace is not to be had"))
    func thousand() async throws {
        try await withWorld { world async throws in
            var upstreams: [String: WireJSON] = [:]
            for number in 0..<1000 {
                let name = "owner\(number % 7)/name\(number)"
                world.github.publish(name, "1.0.\(number)")
                upstreams["u\(number)"] = ["github": .string(name)]
            }
            world.set("actions", nil)
            world.set("upstreams", .object(upstreams))
            world.set("github.requestsPerMinute", 60_000)
            let first = try await world.run("once", limit: .seconds(180))
            #expect(first.status == 0 && first.isSilent)
            #expect(world.github.count() == 2000)
            #expect(world.files().first.map { $0.bytes.count } ?? .max < 1_000_000)
            // Reading all pages leaves no ETag; the first look at the first page does.
            let second = try await world.run("once", limit: .seconds(180))
            #expect(second.status == 0 && second.isSilent)
            let before = (world.github.count(), world.github.traffic.connections)
            let trace = world.folder + "/trace"
            let output = try await world.run(
                "once", wrapper: ["strace", "-f", "-qq", "-e", "trace=rename,futex", "-o", trace], limit: .seconds(180))
            #expect(output.status == 0 && output.isSilent)
            #expect(world.github.count() - before.0 == 1000)
            #expect(world.github.requests.suffix(1000).allSatisfy { $0.status == 304 })
            #expect(world.github.traffic.connections - before.1 <= 16)
            #expect(world.github.traffic.peakInFlight <= 16)
            let calls = try World.text(at: trace).split(separator: "\n")
            #expect(calls.count { $0.contains("state.json") } == 1)
            // One thread that wakes another, and one that waits, for each answer would be 2 000.
            #expect(calls.count { $0.contains("futex(") } < 500)
        }
    }

    @Test(
        "no thread is given another priority than the process has, which only root may",
        .enabled(if: Strace.isUsable, "strace is not to be had"))
    func priority() async throws {
        try await withWorld { world async throws in
            let trace = world.folder + "/trace"
            let output = try await world.run(
                "once", wrapper: ["strace", "-f", "-qq", "-e", "trace=setpriority,sched_setattr", "-o", trace])
            #expect(output.status == 0)
            let calls = try World.text(at: trace)
            #expect(!calls.contains("setpriority(") && !calls.contains("sched_setattr("), "\(calls)")
        }
    }

    @Test("over HTTP/1.1 too as many checks are in flight as configured, and none fails for the wait")
    func concurrency()
        async throws
    {
        try await withWorld { world async throws in
            var upstreams: [String: WireJSON] = [:]
            for number in 0..<60 {
                world.github.publish("owner/name\(number)", "1.0.\(number)")
                upstreams["u\(number)"] = ["github": .string("owner/name\(number)")]
            }
            world.set("actions", nil)
            world.set("upstreams", .object(upstreams))
            world.set("github.concurrency", 60)
            world.github.fail(Route(.releases), with: .delay(.seconds(2)))
            let output = try await world.run("once", "--json")
            let results = (output.json["upstreams"]?.object ?? [:]).values.compactMap { $0["result"]?.string }
            #expect(results == Array(repeating: "baseline", count: 60))
            #expect(world.github.traffic.peakInFlight == 60)
        }
    }

    @Test("no more requests are made in a minute than allowed, and the rest of the pass waits") func perMinute()
        async throws
    {
        try await withWorld { world async throws in
            world.keepOneUpstream()
            world.github.configure { $0.pointsPerMinute = 20 }
            world.set("github.requestsPerMinute", 2)
            try await world.baseline()
            #expect(world.github.count() == 2)
        }
    }
}
