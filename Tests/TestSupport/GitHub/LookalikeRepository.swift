/// A repository as the lookalike keeps it.
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

    /// The fields of `GET /repos/OWNER/NAME`; other objects carry it in the same form.
    func json(api: String) -> WireJSON {
        let parts = fullName.split(separator: "/", maxSplits: 1).map(String.init)
        let (owner, name) = (parts.first ?? "", parts.last ?? "")
        let base = "\(api)/repos/\(fullName)"
        var fields: [String: WireJSON] = [
            "id": .integer(id), "node_id": .string("R_synthetic_\(id)"), "name": .string(name),
            "full_name": .string(fullName), "private": .bool(isPrivate),
            "visibility": isPrivate ? "private" : "public",
            "owner": GitHubLookalike.Account(login: owner, id: id + 1).json,
            "html_url": .string("https://github.com/\(fullName)"), "description": "Synthetic", "fork": false,
            "url": .string(base), "clone_url": .string("https://github.com/\(fullName).git"),
            "archived": .bool(isArchived), "disabled": false, "default_branch": .string(defaultBranch),
            "created_at": "2016-01-01T00:00:00Z", "updated_at": "2026-08-22T00:00:00Z",
            "pushed_at": "2026-08-22T00:00:00Z",
        ]
        for (field, path) in Self.templates { fields[field] = .string("\(base)/\(path)") }
        return .object(fields)
    }

    private static let templates = [
        "archive_url": "{archive_format}{/ref}", "assignees_url": "assignees{/user}", "blobs_url": "git/blobs{/sha}",
        "branches_url": "branches{/branch}", "collaborators_url": "collaborators{/collaborator}",
        "comments_url": "comments{/number}", "commits_url": "commits{/sha}",
        "compare_url": "compare/{base}...{head}", "contents_url": "contents/{+path}",
        "contributors_url": "contributors", "deployments_url": "deployments", "downloads_url": "downloads",
        "events_url": "events", "forks_url": "forks", "git_commits_url": "git/commits{/sha}",
        "git_refs_url": "git/refs{/sha}", "git_tags_url": "git/tags{/sha}", "hooks_url": "hooks",
        "issue_comment_url": "issues/comments{/number}", "issue_events_url": "issues/events{/number}",
        "issues_url": "issues{/number}", "keys_url": "keys{/key_id}", "labels_url": "labels{/name}",
        "languages_url": "languages", "merges_url": "merges", "milestones_url": "milestones{/number}",
        "notifications_url": "notifications{?since,all,participating}", "pulls_url": "pulls{/number}",
        "releases_url": "releases{/id}", "stargazers_url": "stargazers", "statuses_url": "statuses/{sha}",
        "subscribers_url": "subscribers", "subscription_url": "subscription", "tags_url": "tags",
        "teams_url": "teams", "trees_url": "git/trees{/sha}",
    ]
}
