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
    /// By token, `""` for none.
    var quotas: [String: Quota] = [:]
    var recentPoints: [(at: Date, points: Int)] = []
    var faults: [PlannedFault] = []
    var repositories: [Int: LookalikeRepository] = [:]
    /// Full name in lower case to id; a name that was left behind still leads to its repository.
    var names: [String: Int] = [:]
    var runs: [GitHubLookalike.Run] = []
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

struct LookalikeRepository {
    enum Redirect {
        case loop
        /// To another host or port, with the rest of the path.
        case elsewhere(String)
    }

    let id: Int
    var fullName: String
    var isArchived = false
    var isPrivate = false
    var isBlocked = false
    var isDeleted = false
    var redirect: Redirect?
    var defaultBranch = "main"
    /// Branches and tags that a dispatch may name.
    var refs: Set<String> = ["main"]
    var releases: [GitHubLookalike.Release] = []
    var workflows: [GitHubLookalike.Workflow] = []
    /// Lists of releases that are rendered already; empty after each change.
    var renderedLists: [String: [UInt8]] = [:]

    func json(api: String) -> WireJSON {
        let parts = fullName.split(separator: "/").map(String.init)
        let base = "\(api)/repos/\(fullName)"
        return [
            "id": .integer(id), "node_id": .string("R_synthetic_\(id)"), "name": .string(parts[1]),
            "full_name": .string(fullName), "private": .bool(isPrivate),
            "visibility": isPrivate ? "private" : "public",
            "owner": GitHubLookalike.Account(login: parts[0], id: id + 1).json,
            "html_url": .string("https://github.com/\(fullName)"), "description": "Synthetic", "fork": false,
            "url": .string(base), "releases_url": .string("\(base)/releases{/id}"), "tags_url": .string("\(base)/tags"),
            "clone_url": .string("https://github.com/\(fullName).git"), "archived": .bool(isArchived),
            "disabled": false, "default_branch": .string(defaultBranch), "created_at": "2016-01-01T00:00:00Z",
            "updated_at": "2026-08-22T00:00:00Z", "pushed_at": "2026-08-22T00:00:00Z",
        ]
    }
}
