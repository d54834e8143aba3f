import Foundation
import Testing
import WatcherCore

@testable import WatcherService

@Suite("Files beside the state that somebody else has placed") struct StateHostileTests {
    enum Trap: CaseIterable { case link, hardLink, pipe, folder }

    /// Puts a trap under a name; the victim must stay what it is.
    private func set(_ trap: Trap, _ path: String, victim: String) throws {
        switch trap {
        case .link: try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: victim)
        case .hardLink: try FileManager.default.linkItem(atPath: victim, toPath: path)
        case .pipe: #expect(unsafe mkfifo(path, 0o600) == 0)
        case .folder: try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        }
    }

    private func withVictim(_ body: (_ folder: String, _ victim: String) throws -> Void) throws {
        try withFolder { folder throws in
            let victim = folder + "/victim"
            try Data("precious".utf8).write(to: URL(filePath: victim))
            try body(folder, victim)
            #expect(try String(contentsOfFile: victim, encoding: .utf8) == "precious")
        }
    }

    @Test("a save never writes through the name of the temporary file", arguments: Trap.allCases)
    func temporary(_ trap: Trap) throws {
        try withVictim { folder, victim throws in
            let path = folder + "/state.json"
            try set(trap, path + ".tmp", victim: victim)
            let saved = (try? StateFile(path: path).save(Ledger())) != nil
            #expect(saved == (trap != .folder))
        }
    }

    @Test("the lock is no other file's second name, no link and no pipe", arguments: Trap.allCases)
    func lock(_ trap: Trap) throws {
        try withVictim { folder, victim throws in
            try set(trap, folder + "/state.json.lock", victim: victim)
            #expect(throws: StateLock.Failure.self) {
                let lock = try StateLock(statePath: folder + "/state.json", role: .once)
                _ = consume lock
            }
        }
    }

    @Test("a state that is a link or a pipe is refused at once", arguments: [Trap.link, .pipe, .folder])
    func state(_ trap: Trap) throws {
        try withVictim { folder, victim throws in
            let path = folder + "/state.json"
            try set(trap, path, victim: victim)
            #expect(throws: StateFile.Failure.self) { try StateFile(path: path).load() }
        }
    }

    @Test("build logs are neither made nor removed through a link", arguments: [Trap.link, .pipe])
    func logs(_ trap: Trap) throws {
        try withVictim { folder, victim throws in
            let other = folder + "/other"
            try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: false)
            for number in 0..<30 { try Data().write(to: URL(filePath: "\(other)/\(number).log")) }
            let logs = BuildLogs(statePath: folder + "/state.json")
            try set(trap, logs.folder, victim: other)
            #expect(logs.open(logs.name(job: "w-0", attempt: 1)) == -1)
            #expect(try FileManager.default.contentsOfDirectory(atPath: other).count == 30)
        }
    }

    @Test("a log is a new file, whatever is there under its name", arguments: [Trap.link, .hardLink, .pipe])
    func log(_ trap: Trap) throws {
        try withVictim { folder, victim throws in
            let logs = BuildLogs(statePath: folder + "/state.json")
            try FileManager.default.createDirectory(atPath: logs.folder, withIntermediateDirectories: false)
            try set(trap, logs.folder + "/w-0.1.log", victim: victim)
            let file = logs.open(logs.name(job: "w-0", attempt: 1))
            #expect(file >= 0)
            #expect(unsafe write(file, "log", 3) == 3)
            close(file)
        }
    }

    @Test("a secret's file or a configuration that is a pipe is an error, not a wait") func pipes() throws {
        try withFolder { folder throws in
            let path = folder + "/pipe"
            #expect(unsafe mkfifo(path, 0o600) == 0)
            let secret = #expect(throws: SecretResolver.Failure.self) {
                try SecretResolver(environment: [:]).read(.file(path))
            }
            #expect(secret?.problem == "cannot be read: not a regular file")
            #expect(throws: AppContext.Failure.self) { try AppContext(configPath: path, environment: [:]) }
        }
    }

    enum Loss: CaseIterable { case removed, renamed, replaced, folderMoved, folderMadeAnew }

    @Test("a lock whose file is no longer under its name is lost", arguments: Loss.allCases)
    func lost(_ loss: Loss) throws {
        try withFolder { outer throws in
            let folder = outer + "/state"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            let path = folder + "/state.json"
            let lock = try StateLock(statePath: path, role: .run)
            let identity = lock.identity
            try identity.verify()
            switch loss {
            case .removed: try FileManager.default.removeItem(atPath: path + ".lock")
            case .renamed: try FileManager.default.moveItem(atPath: path + ".lock", toPath: path + ".old")
            case .replaced:
                try FileManager.default.moveItem(atPath: path + ".lock", toPath: path + ".old")
                try Data().write(to: URL(filePath: path + ".lock"))
            case .folderMoved: try FileManager.default.moveItem(atPath: folder, toPath: outer + "/moved")
            case .folderMadeAnew:
                try FileManager.default.moveItem(atPath: folder, toPath: outer + "/moved")
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
                try Data().write(to: URL(filePath: path + ".lock"))
            }
            let failure = #expect(throws: DurableFile.Failure.self) { try identity.verify() }
            // A folder that is away may come back, and nothing can be written meanwhile.
            #expect(failure?.isLockLost == (loss != .folderMoved))
            _ = consume lock
        }
    }

    @Test("builds of two states with the same relative name are not taken for each other's") func identities() throws {
        try withFolder { folder throws in
            var found: Set<String> = []
            for name in ["a", "b"] {
                try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: false)
                found.insert(OrphanedBuilds.identity(ofState: "\(folder)/\(name)/state.json"))
                found.insert(
                    OrphanedBuilds.identity(
                        ofState: "\(folder)/../\(URL(filePath: folder).lastPathComponent)/\(name)/state.json"))
            }
            #expect(found.count == 2)
        }
    }

    @Test("what could not be read again is not written") func tooLarge() throws {
        try withFolder { folder throws in
            var ledger = Ledger()
            var state = UpstreamState()
            state.lastError = String(repeating: "x", count: DurableFile.sizeLimit)
            ledger.upstreams["large"] = state
            let file = StateFile(path: folder + "/state.json")
            try file.save(Ledger())
            let failure = #expect(throws: DurableFile.Failure.self) { try file.save(ledger) }
            #expect(failure?.code == EFBIG)
            #expect(try file.load() == Ledger())
        }
    }
}
