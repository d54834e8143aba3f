import Glibc
import TestSupport
import Testing

@Suite("Surroundings that somebody else has made") struct SurroundingsTests {
    @Test(
        "results that cannot be written are a failure with status 74", arguments: ["status", "validate"], [false, true])
    func fullOutput(_ command: String, _ isJSON: Bool) async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            let wrapper = ["sh", "-c", "exec \"$@\" >/dev/full", "sh"]
            let output =
                isJSON
                ? try await world.run(command, "--json", wrapper: wrapper)
                : try await world.run(command, wrapper: wrapper)
            #expect(output.status == 74)
            #expect(output.err.contains("error: standard output: write: No space left on device"), "\(output.err)")
        }
    }

    @Test("a closed standard output is a failure, too") func closedOutput() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            let output = try await world.run("status", wrapper: ["sh", "-c", "exec \"$@\" >&-", "sh"])
            #expect(output.status == 74)
        }
    }

    /// The first is little more than what it takes to load the program with its libraries, not optimised.
    @Test("without threads to be had it ends with an error, and does not wait for them", arguments: [70_000, 100_000])
    func threads(_ kilobytes: Int) async throws {
        try await withWorld { world async throws in
            let output = try await world.run(
                "validate", wrapper: ["sh", "-c", "ulimit -v \(kilobytes); exec \"$@\"", "sh"], limit: .seconds(20))
            #expect(output.status == 74)
            #expect(output.err.contains("error: no threads can be created: "), "\(output.err)")
        }
    }

    @Test("without /proc a command line is not taken for an empty one", .enabled(if: getuid() == 0))
    func noProc() async throws {
        try await withWorld { world async throws in
            let output = try await world.run(
                "validate", wrapper: ["unshare", "-m", "sh", "-c", "umount -l /proc && exec \"$@\"", "sh"])
            #expect(output.status == 64 || output.status == 0 && output.out.contains("valid"), "\(output)")
            #expect(!output.out.contains("USAGE"))
        }
    }

    @Test("signals that a parent ignores or blocks neither hide the end of a program nor keep SIGTERM away")
    func inherited() async throws {
        try await withWorld { world async throws in
            world.publishBaseline()
            world.github.fail(Route(.releases), with: .blackHole)
            let process = try world.launch(
                ["once"],
                wrapper: [
                    "python3", "-c",
                    """
                    import os, signal, sys
                    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
                    signal.signal(signal.SIGTERM, signal.SIG_IGN)
                    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
                    os.execv(sys.argv[1], sys.argv[1:])
                    """,
                ], isTerminal: false, limit: .seconds(60))
            try await world.github.waitForRequests(Route(.releases))
            let began = ContinuousClock.now
            process.signal(15)
            _ = try await world.end(process)
            #expect(ContinuousClock.now - began < .seconds(5))
        }
    }
}
