import Foundation
import Synchronization
import TestSupport
import Testing

/// All services at once, receivers that fail at random, and a daemon that is killed again and again.
@Suite("A storm") struct StormTests {
    private static let upstreams = (0..<10).map { "app\($0)" }
    /// Releases of each upstream; ten upstreams make 500.
    private static let releases = 50
    /// Releases of one upstream that come together, as one message or as several.
    private static let together = 5

    @Test(
        "500 releases, twelve services, failures and restarts: every message arrives, in order per upstream",
        arguments: [UInt64(20_261_123)])
    func everything(seed: UInt64) async throws {
        try await withWorld { world async throws in
            let services = world.addServices()
            world.set("actions", nil)
            world.set("heartbeat", nil)
            world.set("poll", ["every": "1s", "jitter": "0%"])
            world.set("github.requestsPerMinute", 60_000)
            world.set(
                "upstreams",
                .object(
                    Dictionary(uniqueKeysWithValues: Self.upstreams.map { ($0, ["github": .string("storm/\($0)")]) })))
            for name in Self.upstreams { world.github.publish("storm/\(name)", "0.0.1") }
            #expect(try await world.run("once").status == 0)
            world.sink.fail(nil, with: Self.trouble(seed))

            let rounds = Self.releases / Self.together
            for round in 0..<rounds {
                let daemon = try world.start("run", limit: .seconds(120))
                for name in Self.upstreams {
                    for number in 1...Self.together {
                        world.github.publish("storm/\(name)", "1.0.\(round * Self.together + number)")
                    }
                }
                if round == rounds - 1 {
                    try await world.waitForTags(Self.upstreams.count * Self.releases)
                    try await world.waitForEmptyOutbox()
                } else {
                    // Somewhere in the middle of it.
                    try await world.waitForTags((round + 1) * Self.upstreams.count * Self.together / 2)
                }
                let isLast = round == rounds - 1
                daemon.signal(isLast || round.isMultiple(of: 3) ? SIGTERM : SIGKILL)
                _ = try await world.end(daemon)
            }
            try check(world, services)
        }
    }

    private func check(_ world: World, _ services: [LookalikeService]) throws {
        // What the webhook got says which messages there were.
        var orders: [String: (upstream: String, order: Int)] = [:]
        var tags: [String: [String]] = [:]
        for request in world.arrived("/webhook/addressSecret000099") {
            let message = try #require(request.json)
            let id = try #require(message["id"]?.string)
            let upstream = try #require(message["upstream"]?.string)
            guard orders[id] == nil else { continue }
            orders[id] = (upstream, orders.count)
            tags[upstream, default: []] += (message["releases"]?.array ?? []).compactMap { $0["tag"]?.string }
        }
        for name in Self.upstreams {
            #expect(tags[name] == (1...Self.releases).map { "1.0.\($0)" }, "\(name)")
        }
        for service in services {
            var seen: Set<String> = []
            var last: [String: Int] = [:]
            for request in world.arrived(service.path) {
                let id = try #require(Self.messageID(of: request), "\(service)")
                let known = try #require(orders[id], "\(service)")
                guard seen.insert(id).inserted else { continue }
                #expect(last[known.upstream] ?? -1 < known.order, "\(service): \(known.upstream)")
                last[known.upstream] = known.order
            }
            #expect(seen.count == orders.count, "\(service)")
        }
    }

    /// The id that every message carries in its address or its words.
    private static func messageID(of request: RecordedRequest) -> String? {
        let text = request.target + " " + (request.text.removingPercentEncoding ?? request.text)
        return text.firstMatch(of: /m-[a-z0-9]{12}/).map { String($0.output) }
    }

    /// One answer in sixteen is spoilt, never two in a row, so that the waits between tries stay short.
    private static func trouble(_ seed: UInt64) -> Fault {
        let state = Mutex((dice: seed, wasSpoilt: false))
        return Fault { answer in
            let roll = state.withLock { state -> UInt64 in
                // SplitMix64.
                state.dice &+= 0x9E37_79B9_7F4A_7C15
                var mixed = state.dice
                mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
                mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
                mixed ^= mixed >> 31
                let isSpoilt = mixed % 16 == 0 && !state.wasSpoilt
                state.wasSpoilt = isSpoilt
                return isSpoilt ? mixed >> 4 : .max
            }
            guard roll != .max else { return }
            switch roll % 4 {
            case 0: answer = .text(503, "busy")
            case 1:
                answer = .text(429, "slow down")
                answer.set("Retry-After", "1")
            case 2: answer = .text(502, "<html>bad gateway</html>", type: "text/html")
            default: (answer.cut, answer.ending) = (.nothing, .close)
            }
        }
    }
}

extension World {
    /// What came to a path and was not answered with an error: with no answer at all it has arrived too.
    fileprivate func arrived(_ path: String?) -> [RecordedRequest] {
        sink.messages().filter { request in
            let isHere = path.map { request.path == $0 } ?? request.path.contains("/send/m.room.message/")
            return isHere && request.status < 300
        }
    }

    /// Waits until the webhook has got so many different tags.
    fileprivate func waitForTags(_ count: Int) async throws {
        let limit = ContinuousClock.now + .seconds(100)
        while true {
            let tags = arrived("/webhook/addressSecret000099").flatMap { request in
                (request.json?["releases"]?.array ?? []).compactMap { release in
                    release["tag"]?.string.map { "\(request.json?["upstream"]?.string ?? "") \($0)" }
                }
            }
            if Set(tags).count >= count { return }
            try #require(ContinuousClock.now < limit, "\(Set(tags).count) of \(count) tags arrived")
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    fileprivate func waitForEmptyOutbox() async throws {
        let limit = ContinuousClock.now + .seconds(100)
        while state["outbox"]?["messages"]?.array?.isEmpty != true {
            try #require(ContinuousClock.now < limit, "\(state["outbox"]?["receivers"] ?? .null)")
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
