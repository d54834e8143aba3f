import Foundation
import Testing

@testable import WatcherService

@Suite("The lock of the state") struct StateLockTests {
    @Test("a second holder is told the pid and the role of the first, until that lets go") func held() throws {
        try withFolder { folder throws in
            let path = folder + "/state.json"
            let first = try StateLock(statePath: path, role: .run)
            #expect(throws: StateLock.Failure.held(pid: "\(getpid())", .run)) {
                let second = try StateLock(statePath: path, role: .once)
                _ = consume second
            }
            _ = consume first
            let third = try StateLock(statePath: path, role: .once)
            _ = consume third
            #expect(FileManager.default.fileExists(atPath: path + ".lock"), "the file stays")
        }
    }

    @Test("what a former holder left in the file means nothing") func leftOver() throws {
        try withFolder { folder throws in
            let path = folder + "/state.json"
            try Data("99999 run and much more than a pid".utf8).write(to: URL(filePath: path + ".lock"))
            let lock = try StateLock(statePath: path, role: .request)
            #expect(try String(contentsOfFile: path + ".lock", encoding: .utf8) == "\(getpid()) request\n")
            _ = consume lock
        }
    }

    @Test("a link in its place is not followed") func link() throws {
        try withFolder { folder throws in
            let path = folder + "/state.json"
            try Data("precious".utf8).write(to: URL(filePath: folder + "/other"))
            try FileManager.default.createSymbolicLink(
                atPath: path + ".lock", withDestinationPath: folder + "/other")
            #expect(throws: StateLock.Failure.system(.init(call: "open", path: path + ".lock", code: ELOOP))) {
                let lock = try StateLock(statePath: path, role: .once)
                _ = consume lock
            }
            #expect(try String(contentsOfFile: folder + "/other", encoding: .utf8) == "precious")
        }
    }

    @Test("a folder that is not there is an error with its path") func noFolder() throws {
        try withFolder { folder throws in
            let path = folder + "/nowhere/state.json"
            #expect(throws: StateLock.Failure.system(.init(call: "open", path: path + ".lock", code: ENOENT))) {
                let lock = try StateLock(statePath: path, role: .once)
                _ = consume lock
            }
        }
    }
}
