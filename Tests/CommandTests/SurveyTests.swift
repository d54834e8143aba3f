import TestSupport
import Testing

@Suite("A daemon that surveys") struct SurveyCommandTests {
    /// So many upstreams, each with a release of yesterday, and a receiver.
    private static func fill(_ world: World, _ count: Int) {
        var upstreams: [String: WireJSON] = [:]
        for number in 0..<count {
            let name = "owner\(number % 7)/name\(number)"
            world.github.publish(name, "1.0.0", published: World.ago(86_400))
            upstreams["u\(number)"] = ["github": .string(name)]
        }
        world.set("actions", nil)
        world.set("upstreams", .object(upstreams))
        world.set("github.requestsPerMinute", 60_000)
        world.github.configure { $0.graphQLLimit = 10_000_000 }
    }

    private static func surveys(_ world: World, _ more: Int) async throws {
        let before = world.github.count(Route(.graphql))
        try await world.github.waitForRequests(Route(.graphql), count: before + more, timeout: .seconds(60))
    }

    @Test("300 upstreams: a pass without news is three queries, a release is found, and REST takes over where it must")
    func threeHundred() async throws {
        try await withWorld { world async throws in
            Self.fill(world, 300)
            try await world.withDaemon(isStopped: false) { daemon async throws in
                // Until everything was seen once and every survey answers for all.
                try await world.eventually("surveys of all", timeout: .seconds(90)) {
                    world.github.requests.suffix(6).allSatisfy { $0.endpoint == .graphql }
                        && world.github.count(Route(.releases)) >= 300
                }
                let quiet = world.github.count()
                try await Self.surveys(world, 9)
                let counted = world.github.requests.dropFirst(quiet)
                #expect(counted.allSatisfy { $0.endpoint == .graphql }, "nothing by REST")
                // Three passes of an interval, and what of the next has begun.
                #expect(counted.count <= 12, "\(counted.count) requests in three passes")

                world.github.publish("owner3/name3", "1.0.1")
                try await world.waitUntilTold("release 1.0.1")
                #expect(world.github.count(Route(.releases, of: "owner3/name3")) <= 6, "it is not polled")

                world.github.configure { $0.hasGraphQL = false }
                try await world.looks(2, at: "owner5/name5")
                world.github.publish("owner5/name5", "1.0.2")
                try await world.waitUntilTold("release 1.0.2")
                let output = try await daemon.stop()
                let said = (output.out + output.err).split(separator: "\n").filter {
                    $0.contains("GraphQL API cannot be used")
                }
                #expect(said.count == 1, "\(output.out)\(output.err)")
            }
        }
    }

    @Test("a gateway that gives up is asked by halves, and a limit of points is a pause of surveys alone")
    func trouble() async throws {
        try await withWorld { world async throws in
            Self.fill(world, 30)
            try await world.withDaemon { _ async throws in
                try await Self.surveys(world, 3)
                world.github.fail(Route(.graphql), with: .status(504), times: 1)
                try await Self.surveys(world, 4)
                let sizes = world.github.requests(Route(.graphql)).suffix(3).compactMap {
                    $0.json?["variables"]?["ids"]?.array?.count
                }
                #expect(sizes.allSatisfy { $0 <= 15 }, "\(sizes)")
                world.github.setRemaining(0, token: Secrets.token, ofPoints: true)
                try await world.looks(2, at: "owner3/name3")
                world.github.publish("owner3/name3", "1.0.1")
                try await world.waitUntilTold("release 1.0.1")
                try await world.eventually("the pause is in the state") {
                    world.state["quotas"]?["graphql"]?["pausedUntil"] != nil
                        || world.state["quotas"]?["graphql"]?["remaining"] == 0
                }
                #expect(world.state["quotas"]?["github"]?["pausedUntil"] == nil)
            }
        }
    }

    @Test("survey off, no token, or a handful of upstreams: nothing is asked by GraphQL", arguments: 0..<3)
    func none(_ index: Int) async throws {
        try await withWorld { world async throws in
            Self.fill(world, index == 2 ? 5 : 8)
            if index == 0 { world.set("github.survey", "off") }
            if index == 1 { world.set("github.token", nil) }
            world.github.configure { $0.anonymousLimit = 10_000_000 }
            try await world.withDaemon { _ async throws in
                try await world.looks(3, at: "owner1/name1")
                #expect(world.github.count(Route(.graphql)) == 0)
            }
        }
    }
}
