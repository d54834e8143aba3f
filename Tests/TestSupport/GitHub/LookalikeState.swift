import Foundation

/// All that the lookalike knows. Guarded by the mutex in `GitHubLookalike`.
struct LookalikeState {
    struct Quota {
        var used: Int
        var resets: Date
    }

    /// Where the API is found, with the prefix: known after the start.
    var url = ""
    var pathPrefix = ""
    var settings = GitHubLookalike.Settings()
    var tokens: [String: GitHubLookalike.Token] = [:]
    /// By id.
    var apps: [String: GitHubLookalike.App] = [:]
    /// By token or installation, `""` for none.
    var quotas: [String: Quota] = [:]
    var recentPoints: [(at: Date, points: Int)] = []
    var faults: [PlannedFault] = []
    var repositories: [Int: LookalikeRepository] = [:]
    /// Full name in lower case to id; a name that was left behind still leads to its repository.
    var names: [String: Int] = [:]
    var runs: [GitHubLookalike.Run] = []
    var events: [GitHubLookalike.Event] = []
    var lastID = 500_000_000
    var downloads = 0

    /// The lookalike's clock, in whole seconds.
    var now: Date {
        let offset = settings.clockOffset / .seconds(1)
        return Date(timeIntervalSince1970: (Date().timeIntervalSince1970 + offset).rounded(.down))
    }

    mutating func nextID() -> Int {
        lastID += 1
        return lastID
    }
}
