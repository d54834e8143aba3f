import Foundation
import TestSupport
import Testing

@Suite("Recordings of exchanges") struct RecordTests {
    private func files(_ folder: String) throws -> [(name: String, text: String)] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { name in
            (name, try String(contentsOfFile: folder + "/" + name, encoding: .utf8))
        }
    }

    @Test("explain against a recording of pages says what it said against the server") func replay() async throws {
        try await withWorld { world async throws in
            for patch in 0..<150 { world.github.publish(World.elabftw, "5.6.\(patch)") }
            let folder = world.folder + "/record"
            let first = try await world.run("explain", "elabftw", "--json", "--record", folder)
            #expect(first.status == 0)
            let server = try RecordingServer(folder: folder)
            try await server.start()
            world.set("github.apiURL", .string(server.url))
            let before = world.github.count()
            let second = try await world.run("explain", "elabftw", "--json")
            await server.stop()
            #expect(world.github.count() == before)
            #expect(!first.out.isEmpty && second.out == first.out)
        }
    }

    @Test("a whole pass is recorded with a README, and no secret and nothing personal is in it") func clean()
        async throws
    {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            var answer = ScriptedAnswer.json(
                200,
                [
                    "id": 5, "full_name": .string(World.elabftw), "owner": ["login": "jane", "id": 4711],
                    "message": .string("limit exceeded for 203.0.113.7, jane.doe@example.com, \(Secrets.token)"),
                    "access_token": "abcdefgh12345678",
                ])
            answer.set("Set-Cookie", "session=cookie-value")
            world.github.fail(Route(.repository), with: .answer(answer), times: 1)
            let folder = world.folder + "/record"
            let output = try await world.run("once", "--record", folder)
            #expect(output.status == 0 || output.status == 1)
            let files = try files(folder)
            #expect(files.contains { $0.name == "README.md" } && files.count > 3)
            for (name, text) in files {
                #expect(Secrets.found(in: text).isEmpty, "\(name)")
                for personal in [
                    "jane", "4711", "203.0.113.7", "doe@example.com", "cookie-value", "abcdefgh12345678",
                    "uthorization",
                ] {
                    #expect(!text.contains(personal), "\(personal) in \(name)")
                }
            }
            #expect(files.contains { $0.text.contains("limit exceeded for 192.0.2.1") })
        }
    }

    @Test("a directory that holds something is not written to") func occupied() async throws {
        try await withWorld { world async throws in
            world.publishBaseline()
            let output = try await world.run("explain", "elabftw", "--record", world.folder)
            #expect(output.status == 64)
            #expect(output.err.contains("not empty"), "\(output.err)")
        }
    }
}
