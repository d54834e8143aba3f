import Foundation
import TestSupport
import Testing

@Suite("What the daemon tells before it breaks") struct DaemonAttentionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// What a person is told.
        let words: String
        let prepare: @Sendable (World) -> Void

        init(_ name: String, _ words: String, _ prepare: @escaping @Sendable (World) -> Void) {
            testDescription = name
            self.words = words
            self.prepare = prepare
        }
    }

    static let cases = [
        Case("a token that expires", "expires at") { world in
            world.github.addToken(Secrets.token, .init(expires: Date(timeIntervalSinceNow: 3 * 86_400)))
        },
        Case("an API version that is to be retired", "retire") { world in
            world.github.configure {
                $0.deprecation = "@1800000000"
                $0.sunset = "Fri, 01 Oct 2027 00:00:00 GMT"
            }
        },
        Case("a repository that has moved", "has moved to elabftw/moved") { world in
            world.github.rename(World.elabftw, to: "elabftw/moved")
        },
        Case("a repository that is archived", "is archived") { world in world.github.archive(World.elabftw) },
    ]

    @Test("is told once, also when it is started again", arguments: cases)
    func once(_ attention: Case) async throws {
        try await withWorld { world in
            world.publishBaseline()
            attention.prepare(world)
            for _ in 0..<2 {
                let before = world.github.count(Route(.releases))
                try await world.withDaemon { _ in
                    try await world.github.waitForRequests(Route(.releases), count: before + 6)
                    try await world.eventually("told") { !world.messages.isEmpty }
                }
            }
            #expect(world.messages.map { $0["type"] } == ["attention"], "\(world.told)")
            let text = world.messages.first?["text"]?.string ?? ""
            #expect(text.contains(attention.words), "\(text)")
            #expect(world.sink.messages(world.slackPath).count == 1)
        }
    }

    @Test("a receiver that refuses for good: the others are told once, it gets no more of that") func refused()
        async throws
    {
        try await withWorld { world in
            world.publishBaseline()
            world.sink.always(world.slackPath, .text(404, "no_service"))
            try await world.withDaemon { _ in
                try await world.looks(1)
                world.github.publish(World.elabftw, "5.6.13")
                try await world.waitUntilTold("release 5.6.13")
                try await world.eventually("told") { world.messages.contains { $0["type"] == "attention" } }
                world.github.publish(World.elabftw, "5.6.14")
                try await world.waitUntilTold("release 5.6.14")
                try await world.looks(2)
                #expect(world.messages.filter { $0["type"] == "attention" }.count == 1, "\(world.told)")
                #expect(world.messages.contains { $0["text"]?.string?.contains("team-chat") == true })
            }
            #expect(!world.sink.messages(world.slackPath).contains { $0.text.contains("refuses") })
        }
    }

    @Test("the heartbeat comes when all went well, at most once a minute, and not when something fails")
    func heartbeat() async throws {
        try await withWorld { world in
            world.publishBaseline()
            try await world.withDaemon { _ in
                try await world.sink.waitForMessages(1, path: world.heartbeatPath)
                try await world.looks(4)
                #expect(world.sink.messages(world.heartbeatPath).count == 1)
            }
            try world.age("lastHeartbeat", by: 120)
            world.github.fail(Route(.releases, of: World.elabftw), with: .status(500), times: 2)
            try await world.withDaemon { _ in
                try await world.sink.waitForMessages(2, path: world.heartbeatPath)
                let beat = try #require(world.sink.messages(world.heartbeatPath).last)
                let good = world.github.requests(Route(.releases, of: World.elabftw)).last {
                    $0.status == 200 || $0.status == 304
                }
                let answered = try #require(good)
                #expect(answered.instant <= beat.instant)
                #expect(world.state["upstreams"]?["elabftw"]?["failures"] != 1)
            }
        }
    }

    @Test("an upstream that fails is told after three times, and once when it is back") func failing() async throws {
        try await withWorld { world in
            world.publishBaseline()
            try await world.withDaemon { _ in
                try await world.looks(1)
                world.github.fail(Route(.releases, of: World.elabftw), with: .status(502), times: 4)
                try await world.waitUntilTold("upstreamFailing elabftw")
                try await world.waitUntilTold("upstreamRecovered elabftw")
                try await world.looks(2)
                #expect(world.told == ["upstreamFailing elabftw", "upstreamRecovered elabftw"])
                #expect(world.state["upstreams"]?["s6-overlay"]?["failures"] == nil, "the other goes on")
            }
        }
    }
}
