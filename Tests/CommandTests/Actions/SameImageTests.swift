import Foundation
import TestSupport
import Testing

@Suite("The image of two versions") struct SameImageTests {
    @Test("when it is the same, that is told once, and not of a rebuild or of an image that has changed")
    func same() async throws {
        try await withWorld { world async throws in
            let pushed = world.scratch + "/pushed"
            try FileManager.default.createDirectory(atPath: pushed, withIntermediateDirectories: true)
            let registry = RegistryLookalike(folder: pushed)
            try await registry.start()
            world.github.addWorkflow(World.builder, World.workflow, progress: .afterLooks(1, conclusion: "success"))
            world.set(
                "actions.build-image.verify",
                ["image": .string("\(registry.image):{{elabftw.tag}}"), "platforms": ["linux/amd64"]])
            try await world.baseline()
            for (tag, content) in [("5.6.13", "a"), ("5.6.14", "b"), ("5.6.15", "b"), ("5.6.16", "b")] {
                try Data(content.utf8).write(to: URL(filePath: pushed + "/" + tag))
                world.github.publish(World.elabftw, tag)
                try await world.pass("--wait")
            }
            let attention = world.messages.filter { $0["type"] == "attention" }
            try #require(attention.count == 1, "\(world.told)")
            let text = attention[0]["text"]?.string ?? ""
            #expect(text.contains("the image of elabftw 5.6.15"), "\(text)")
            #expect(text.contains("is that of elabftw 5.6.14"), "\(text)")
            #expect(world.told.filter { $0 == "succeeded build-image" }.count == 4)
            try await world.pass("--wait")
            #expect(try await world.run("trigger", "build-image", "elabftw=5.6.16", "--wait").status == 0)
            #expect(world.told.filter { $0.hasPrefix("attention") }.count == 1, "\(world.told)")
            await registry.stop()
        }
    }
}
