import Glibc
import TestSupport
import Testing

@Suite("Commands beside a running daemon") struct DaemonRequestTests {
    @Test("another writer is refused with the holder's pid, and reading works") func beside() async throws {
        try await withWorld { world in
            world.publishBaseline()
            try await world.withDaemon { daemon in
                try await world.looks(1)
                for arguments in [["once"], ["run"]] {
                    let refused = try await world.run(arguments[0])
                    #expect(refused.status == 75, "\(arguments)")
                    #expect(refused.err.contains("pid \(daemon.process.pid)"), "\(refused.err)")
                }
                try await world.eventually("the first save") { world.lastSeen("elabftw") != nil }
                for arguments in [["status", "--json"], ["explain", "elabftw"], ["once", "--dry-run"]] {
                    let output = try await world.run(arguments[0], arguments[1])
                    #expect(
                        output.status == 0 && output.out.contains("5.6.12"), "\(arguments) \(output.out)\(output.err)")
                }
                #expect(try await world.run("validate").status == 0)
            }
            #expect(try await world.run("once").status == 0, "free again")
        }
    }

    @Test("check-now makes it look at every upstream at once") func checkNow() async throws {
        try await withWorld { world in
            world.publishBaseline()
            #expect(try await world.run("check-now").status != 0, "nobody is there to be asked")
            try await world.withDaemon(every: "1d") { _ in
                try await world.eventually("the first save") {
                    world.lastSeen("elabftw") != nil && world.lastSeen("s6-overlay") != nil
                }
                world.github.publish(World.elabftw, "5.6.13")
                let answer = try await world.run("check-now")
                #expect(answer.status == 0 && answer.out.contains("2 upstreams"), "\(answer.out)\(answer.err)")
                try await world.github.waitForRequests(Route(.dispatch))
                #expect(world.files().map(\.path).filter { $0.contains("request") || $0.contains("answer") }.isEmpty)
            }
        }
    }

    @Test("trigger, retry and forget reach it") func jobs() async throws {
        try await withWorld { world in
            world.github.addWorkflow(World.builder, World.workflow, progress: .afterLooks(1, conclusion: "failure"))
            world.publishBaseline()
            try await world.withDaemon { _ in
                try await world.looks(1)
                try await world.eventually("the first save") {
                    world.lastSeen("s6-overlay") != nil && world.lastSeen("elabftw") != nil
                }
                let triggered = try await world.run("trigger", "build-image")
                #expect(triggered.status == 0, "\(triggered.out)\(triggered.err)")
                try await world.waitUntilTold("failed build-image")
                try await world.eventually("failed") { world.state["history"]?.array?.count == 1 }
                let failed = try #require(world.state["history"]?[0]?["id"]?.string)
                world.github.addWorkflow(World.builder, World.workflow, progress: .afterLooks(1, conclusion: "success"))
                let again = try await world.run("retry", failed)
                #expect(again.status == 0, "\(again.out)\(again.err)")
                try await world.waitUntilTold("succeeded build-image")
                #expect(world.runs.count == 2)
                #expect(Set(world.runs.compactMap { $0.inputs["watcher_job"] }).count == 2)
                let refused = try await world.run("retry", "w-000000000000")
                #expect(refused.status == 1 && refused.err.contains("hint:"), "\(refused.err)")
                let dropped = try await world.run("forget", failed)
                #expect(dropped.status == 0)
            }
        }
    }

    @Test("accept reaches it: the repository that was stopped is looked at again") func accept() async throws {
        try await withWorld { world in
            world.publishBaseline()
            try await world.withDaemon { _ in
                try await world.looks(1)
                try await world.eventually("the first save") { world.lastSeen("elabftw") != nil }
                world.github.addRepository(World.elabftw)
                world.github.publish(World.elabftw, "6.0.0")
                try await world.eventually("stopped") {
                    world.state["upstreams"]?["elabftw"]?["replacedBy"]?.integer != nil
                }
                try await world.waitUntilTold("attention elabftw")
                #expect(world.runs.isEmpty)
                #expect(try await world.run("accept", "elabftw").status == 0)
                try await world.eventually("taken") { world.lastSeen("elabftw") == "6.0.0" }
                try await world.looks(1)
                #expect(world.runs.isEmpty, "a first sight starts nothing")
                #expect(world.told.filter { $0 == "attention elabftw" }.count == 1)
            }
        }
    }

    @Test("a request that is no request is dropped, and does no harm") func nonsense() async throws {
        try await withWorld { world in
            world.publishBaseline()
            try await world.withDaemon { daemon in
                try await world.looks(1)
                for (name, text) in [("a", ""), ("b", "null"), ("c", "{\"retry\":{}}"), ("d", "\u{0}")] {
                    try Array(text.utf8).write(to: world.statePath + ".request." + name)
                }
                daemon.process.signal(SIGUSR1)
                try await world.eventually("dropped") { !world.files().contains { $0.path.contains(".request.") } }
                try await world.looks(2)
            }
        }
    }
}

extension [UInt8] {
    fileprivate func write(to path: String) throws {
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        try #require(file >= 0)
        _ = unsafe withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
        close(file)
    }
}
