import Foundation
import Glibc
import TestSupport
import Testing

@Suite("Outputs") struct OutputTests {
    /// Beside the state's folder, as a web server's or a collector's would be.
    private func configure(_ world: World) throws -> String {
        let folder = world.folder + "/out"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (key, name) in Self.files { world.set("outputs.\(key)", .string(folder + "/" + name)) }
        return folder
    }

    private static let files = ["metrics": "watcher.prom", "feed": "watcher.atom", "page": "watcher.html"]

    private func sample(_ name: String, in text: String) -> Int? {
        text.split(separator: "\n").first { $0.hasPrefix(name + " ") }.flatMap { Int($0.dropFirst(name.count + 1)) }
    }

    @Test("once writes them after each pass, for everybody to read, and counts over passes") func once() async throws {
        try await withWorld { world in
            let folder = try configure(world)
            try await world.baseline()
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == Self.files.values.sorted())
            for name in Self.files.values {
                let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/" + name)
                #expect(attributes[.posixPermissions] as? Int == 0o644)
            }
            world.github.publish(World.elabftw, "5.6.13")
            try await world.pass()
            world.github.finish(try #require(world.runs.first).id)
            try await world.pass()
            let metrics = try World.text(at: folder + "/watcher.prom")
            #expect(sample(#"watcher_checks_total{result="baseline"}"#, in: metrics) == 2)
            #expect(sample(#"watcher_checks_total{result="news"}"#, in: metrics) == 1)
            #expect(sample(#"watcher_checks_total{result="unchanged"}"#, in: metrics) == 3)
            #expect(sample(#"watcher_jobs_total{action="build-image",status="succeeded"}"#, in: metrics) == 1)
            #expect(sample(#"watcher_deliveries_total{notifier="hook",status="succeeded"}"#, in: metrics) == 2)
            #expect(sample("watcher_outbox_messages", in: metrics) == 0)
            #expect(sample("watcher_action_required", in: metrics) == 0)
            #expect(
                metrics.contains(#"upstream="elabftw",source="github",repository="\#(World.elabftw)",version="5.6.13""#)
            )
            let feed = try World.text(at: folder + "/watcher.atom")
            #expect(feed.components(separatedBy: "<entry>").count == 4, "release, started, succeeded")
            let ids = Set(feed.matches(of: /<id>urn:watcher:(m-[a-z0-9]+)</).map { String($0.1) })
            #expect(ids.isSuperset(of: world.messages.compactMap { $0["id"]?.string }))
            #expect(feed.contains("<title>elabftw 5.6.13 is out"))
            #expect(feed.contains("<link rel=\"alternate\" href=\"https://github.com/\(World.elabftw)/releases/"))
            try await world.quietPass()
            #expect(try World.text(at: folder + "/watcher.atom") == feed, "nothing has happened")
            let page = try World.text(at: folder + "/watcher.html")
            for words in ["watcher: all current", ">5.6.13</a>", ">build-image succeeded</a>", "<h2>Notifiers</h2>"] {
                #expect(page.contains(words), "\(words)")
            }
            #expect(!page.contains("<script") && !page.contains("src="))
            let output = try await world.run("status", "--format", "metrics")
            #expect(output.out.contains(#"watcher_checks_total{result="news"} 1"#))
        }
    }

    @Test("the daemon writes them, and again within seconds of a new release") func daemon() async throws {
        try await withWorld { world in
            let folder = try configure(world)
            world.publishBaseline()
            try await world.withDaemon { _ in
                try await world.eventually("first metrics") {
                    (try? World.text(at: folder + "/watcher.prom").contains("5.6.12")) == true
                }
                world.github.publish(World.elabftw, "5.6.13")
                try await world.eventually("new metrics") {
                    try World.text(at: folder + "/watcher.prom").contains(#"version="5.6.13""#)
                }
            }
        }
    }

    @Test("a directory that is missing stops nothing, is told once, and is over once it is there")
    func missing() async throws {
        try await withWorld { world in
            let folder = try configure(world)
            try FileManager.default.removeItem(atPath: folder)
            world.publishBaseline()
            let validation = try await world.run("validate")
            #expect(validation.status == 0)
            #expect(validation.err.contains("outputs.metrics: the directory \(folder) does not exist"))
            let first = try await world.pass()
            #expect(first.out.contains("outputs.metrics cannot be written: \(folder)/watcher.prom"), "\(first.out)")
            #expect(first.out.contains("No such file or directory"))
            #expect(world.told.count { $0.hasPrefix("attention") } == Self.files.count)
            world.github.publish(World.elabftw, "5.6.13")
            let second = try await world.pass()
            #expect(!second.out.contains("outputs."), "\(second.out)")
            #expect(world.runs.count == 1)
            let status = try await world.run("status")
            #expect(status.out.hasPrefix("Action required:\n  outputs."), "\(status.out)")

            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try await world.pass()
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == Self.files.values.sorted())
            #expect(try await !world.run("status").out.contains("outputs."))
        }
    }

    @Test(
        "a full disk leaves what was there whole, stops nothing, and is over once there is room",
        .enabled(if: Strace.isUsable, "strace is not to be had"))
    func fullDisk() async throws {
        try await withWorld { world in
            let folder = try configure(world)
            try await world.baseline()
            let page = try World.text(at: folder + "/watcher.html")
            world.github.publish(World.elabftw, "5.6.13")
            let full = try await world.run(
                "once",
                wrapper: [
                    "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=write", "-e", "inject=write:error=ENOSPC",
                    "-P", folder + "/watcher.html.tmp",
                ])
            #expect(full.status == 0)
            #expect(full.out.contains("outputs.page cannot be written"), "\(full.out)")
            #expect(full.out.contains("No space left on device"), "\(full.out)")
            #expect(world.runs.count == 1 && world.told.contains { $0.hasPrefix("attention") }, "\(world.told)")
            #expect(try World.text(at: folder + "/watcher.html") == page)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == Self.files.values.sorted())
            let metrics = try World.text(at: folder + "/watcher.prom")
            #expect(metrics.contains(#"version="5.6.13""#), "the others are written")
            let status = try await world.run("status")
            #expect(status.out.hasPrefix("Action required:\n  outputs.page"), "\(status.out)")
            try await world.pass()
            #expect(try World.text(at: folder + "/watcher.html").contains(">5.6.13</a>"))
            #expect(try await !world.run("status").out.contains("outputs."))
        }
    }

    @Test("a device in place of a file is refused, and stops nothing") func device() async throws {
        try await withWorld { world in
            _ = try configure(world)
            world.set("outputs", ["metrics": "/dev/full"])
            world.publishBaseline()
            let output = try await world.pass()
            #expect(output.out.contains("outputs.metrics cannot be written: /dev/full: open: not a regular file"))
            var status = stat()
            #expect(unsafe stat("/dev/full", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
        }
    }

    @Test("promtool finds nothing to object to", .enabled(if: promtoolPath != nil, "promtool is not installed"))
    func promtool() async throws {
        try await withWorld { world in
            let folder = try configure(world)
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            try await world.pass()
            let check = Process()
            check.executableURL = URL(filePath: try #require(promtoolPath))
            check.arguments = ["check", "metrics"]
            check.standardInput = try FileHandle(forReadingFrom: URL(filePath: folder + "/watcher.prom"))
            let said = Pipe()
            check.standardOutput = said
            check.standardError = said
            try check.run()
            let words = try said.fileHandleForReading.readToEnd() ?? Data()
            check.waitUntilExit()
            #expect(check.terminationStatus == 0 && words.isEmpty, "\(String(decoding: words, as: UTF8.self))")
        }
    }
}

private let promtoolPath = ["/usr/bin/promtool", "/usr/local/bin/promtool"].first {
    FileManager.default.isExecutableFile(atPath: $0)
}
