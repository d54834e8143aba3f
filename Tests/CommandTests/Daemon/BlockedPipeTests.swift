import Glibc
import TestSupport
import Testing

@Suite("Pipes that nobody reads, and servers that never stop") struct BlockedPipeTests {
    /// Runs a program with a full pipe as the descriptors named first, whose other end stays open and is never read.
    private static func wrapper(_ files: Int32...) -> [String] {
        [
            "python3", "-c",
            """
            import os, sys
            reader, writer = os.pipe()
            os.set_inheritable(reader, True)
            os.set_blocking(writer, False)
            try:
                while True: os.write(writer, b"x" * 4096)
            except BlockingIOError: pass
            try:
                while True: os.write(writer, b"x")
            except BlockingIOError: pass
            os.set_blocking(writer, True)
            for file in \(files): os.dup2(writer, file)
            os.execv(sys.argv[1], sys.argv[1:])
            """,
        ]
    }

    @Test(
        "a log that nobody reads holds up neither the daemon's work nor its end",
        arguments: ["text", "json", "journal"])
    func log(_ format: String) async throws {
        try await withWorld { world in
            try await world.baseline()
            try await world.withDaemon("--log", format, "--verbose", wrapper: Self.wrapper(2)) { _ in
                try await world.looks(3)
                world.github.publish(World.elabftw, "5.6.13")
                try await world.github.waitForRequests(Route(.dispatch))
                try await world.waitUntilTold("release 5.6.13")
            }
        }
    }

    @Test("output that nobody reads keeps no pass from being ended by SIGTERM") func output() async throws {
        try await withWorld { world in
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            let process = try world.launch(
                ["once"], wrapper: Self.wrapper(1, 2), isTerminal: false, limit: .seconds(60))
            try await world.github.waitForRequests(Route(.repository), count: 3)
            let began = ContinuousClock.now
            process.signal(SIGTERM)
            let output = try await world.end(process)
            #expect(output.ended - began < .seconds(5))
        }
    }

    @Test("a receiver that sends frames without end holds up neither the daemon's work nor its end") func receiver()
        async throws
    {
        let flood = try FrameFlood(.acknowledgements)
        defer { flood.stop() }
        try await withWorld { world in
            world.set("notifiers.hook.webhook.url", .string("https://127.0.0.1:\(flood.port)/"))
            world.set("network.caFile", .string(flood.caFile))
            try await world.baseline()
            try await world.withDaemon { _ in
                for patch in 13..<16 {
                    world.github.publish(World.elabftw, "5.6.\(patch)")
                    try await world.looks(3)
                }
                try await world.github.waitForRequests(Route(.dispatch))
            }
        }
    }

    @Test("a service manager that reads nothing holds up neither the daemon's work nor its end") func manager()
        async throws
    {
        try await withWorld { world in
            try await world.baseline()
            world.set("poll.every", "1s")
            let path = world.folder + "/deaf"
            let deaf = try DeafSocket(path)
            defer { deaf.close() }
            world.environ("NOTIFY_SOCKET", path)
            let process = try world.start("run")
            try await world.looks(3)
            world.github.publish(World.elabftw, "5.6.13")
            try await world.github.waitForRequests(Route(.dispatch))
            let began = ContinuousClock.now
            process.signal(SIGTERM)
            let output = try await world.end(process)
            #expect(output.status == 0 && output.ended - began < .seconds(5))
        }
    }
}

/// A datagram socket that takes as little as it can, is full, and is never read.
private struct DeafSocket {
    private let file: Int32

    init(_ path: String) throws {
        file = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &name.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let sender = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        defer { Glibc.close(sender) }
        let isFull = unsafe withUnsafePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                let length = socklen_t(MemoryLayout<sockaddr_un>.size)
                guard unsafe bind(file, address, length) == 0 else { return false }
                while unsafe sendto(sender, "x", 1, Int32(MSG_DONTWAIT), address, length) == 1 {}
                return errno == EAGAIN
            }
        }
        try #require(isFull)
    }

    func close() { _ = Glibc.close(file) }
}
