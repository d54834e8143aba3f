import ArgumentParser
import WatcherCore
import WatcherService

/// Names from the configuration and the state, for the shell's completion. What cannot be read completes nothing.
enum Completions {
    static let upstreams = names { $0.config.upstreams.keys.sorted() }
    static let actions = names { $0.config.actions.keys.sorted() }
    static let notifiers = names { $0.config.notifiers.keys.sorted() }
    static let failedJobs = names { failed(try ledger($0)) }
    static let waitingJobs = names { try ledger($0).jobs.filter(\.waitsForApproval).map(\.id) }
    static let jobs = names { setup in
        let ledger = try ledger(setup)
        return ledger.jobs.map(\.id) + failed(ledger) + ledger.outbox.ended.filter { !$0.succeeded }.map(\.id)
    }

    private static func names(_ names: @escaping @Sendable (AppContext) throws -> [String]) -> CompletionKind {
        .custom { words, _, _ in
            let place = words.firstIndex(of: "--config").map { $0 + 1 }
            let named = place.flatMap { words.indices.contains($0) ? words[$0] : nil }
            guard let setup = try? AppContext(configPath: named, environment: Environment.all) else { return [] }
            return (try? names(setup)) ?? []
        }
    }

    private static func ledger(_ setup: AppContext) throws -> Ledger {
        try AppContext.load(try setup.stateFile(making: false))
    }

    private static func failed(_ ledger: Ledger) -> [String] {
        ledger.history.filter { $0.phase == .ended(.failed) && !$0.isSettled }.map(\.id)
    }
}
