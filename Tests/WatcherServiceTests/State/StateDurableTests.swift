import Foundation
import Testing

@testable import WatcherService

@Suite("Durable files") struct StateDurableTests {
    @Test("a file is replaced whole, with mode 0600, and nothing is left beside it") func replace() throws {
        try withFolder { folder throws in
            let path = folder + "/file"
            try Data("old, and longer than the new".utf8).write(to: URL(filePath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
            try DurableFile.replace(path, with: Array("new".utf8))
            #expect(try DurableFile.read(path) == Array("new".utf8))
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["file"])
        }
    }

    @Test("a failure names call, path and reason, and leaves what was there") func failure() throws {
        try withFolder { folder throws in
            let path = folder + "/file"
            try FileManager.default.createDirectory(atPath: path + "/full", withIntermediateDirectories: true)
            let failure = #expect(throws: DurableFile.Failure.self) { try DurableFile.replace(path, with: [1]) }
            #expect(failure?.call == "rename" && failure?.path == path)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["file"])
            let missing = #expect(throws: DurableFile.Failure.self) { try DurableFile.read(folder + "/none") }
            #expect(missing?.isMissing == true)
            #expect(missing?.description == "\(folder)/none: open: No such file or directory")
        }
    }

    @Test("a link where the temporary file is to be is not followed") func link() throws {
        try withFolder { folder throws in
            let path = folder + "/file"
            try Data("precious".utf8).write(to: URL(filePath: folder + "/other"))
            try FileManager.default.createSymbolicLink(atPath: path + ".tmp", withDestinationPath: folder + "/other")
            _ = try? DurableFile.replace(path, with: [1])
            try DurableFile.replace(path, with: [2])
            #expect(try DurableFile.read(path) == [2])
            #expect(try String(contentsOfFile: folder + "/other", encoding: .utf8) == "precious")
        }
    }

    @Test(
        "the folder of a path",
        arguments: [
            ("/a/b/c", "/a/b"), ("/c", "/"), ("c", "."), ("./c", "."), ("a/c", "a"),
        ])
    func folder(_ path: String, _ folder: String) {
        #expect(DurableFile.folder(of: path) == folder)
    }

    @Test(
        "what a person must mend is told apart from what mends itself",
        arguments: [
            (EACCES, true), (EPERM, true), (ELOOP, true), (ENOSPC, false), (EIO, false), (EROFS, false),
            (EDQUOT, false),
        ])
    func forbidden(_ code: Int32, _ isForbidden: Bool) {
        #expect(DurableFile.Failure(call: "open", path: "/x", code: code).isForbidden == isForbidden)
    }
}
