/// One question of a survey: what many repositories of GitHub look like, by their ids in GraphQL.
package struct SurveyQuery: Sendable, Hashable {
    package struct Entry: Sendable, Hashable {
        package var upstream: String
        package var nodeID: String

        package init(upstream: String, nodeID: String) {
            self.upstream = upstream
            self.nodeID = nodeID
        }
    }

    /// The root of the API of `github`.
    package var apiURL: String
    package var entries: [Entry]

    package init(apiURL: String, entries: [Entry]) {
        self.apiURL = apiURL
        self.entries = entries
    }

    /// Characters of an id, so that a state and a query stay bounded.
    static let idLimit = 200

    /// Whether an id is one that can be kept and sent: printable ASCII.
    package static func isUsable(_ nodeID: String) -> Bool {
        (1...idLimit).contains(nodeID.utf8.count) && nodeID.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}

/// What came of one question of a survey.
package enum SurveyOutcome: Sendable, Equatable {
    /// One for each entry, in their order, and the points that it cost.
    case answered([SurveyObservation], points: Int)
    /// The server gave up: fewer at once may do.
    case tooLarge(String)
    /// There is no GraphQL here, or one that does not know the fields.
    case unsupported(String)
    case failed(RequestFailure)
}

/// What a survey says of one repository.
package enum SurveyObservation: Sendable, Equatable {
    case repository(RepositorySnapshot)
    /// There is none by that id, or none that the token may see.
    case gone
    /// The answer does not say.
    case unknown
}

/// What a survey sees of a repository: whatever changes in it is a reason to check by REST.
package struct RepositorySnapshot: Sendable, Equatable {
    /// Of the newest releases by GraphQL's order.
    package struct Release: Sendable, Equatable {
        package var id: Int64?
        package var tag: String
        package var isDraft: Bool
        package var isPrerelease: Bool
        package var publishedAt: String?
        package var updatedAt: String

        package init(
            id: Int64?, tag: String, isDraft: Bool = false, isPrerelease: Bool = false, publishedAt: String?,
            updatedAt: String
        ) {
            self.id = id
            self.tag = tag
            self.isDraft = isDraft
            self.isPrerelease = isPrerelease
            self.publishedAt = publishedAt
            self.updatedAt = updatedAt
        }
    }

    package var repositoryID: Int64?
    package var fullName: String
    package var isArchived: Bool
    package var releaseCount: Int
    package var releases: [Release]

    package init(
        repositoryID: Int64?, fullName: String, isArchived: Bool = false, releaseCount: Int, releases: [Release]
    ) {
        self.repositoryID = repositoryID
        self.fullName = fullName
        self.isArchived = isArchived
        self.releaseCount = releaseCount
        self.releases = releases
    }

    /// All of it in a number: equal for equal snapshots, and as good as never for others.
    var fingerprint: UInt64 {
        var hash = StableHash(
            repositoryID.map(String.init) ?? "", fullName, String(isArchived), String(releaseCount))
        for release in releases {
            hash.combine(release.id.map(String.init) ?? "")
            hash.combine(release.tag)
            hash.combine("\(release.isDraft) \(release.isPrerelease)")
            hash.combine(release.publishedAt ?? "")
            hash.combine(release.updatedAt)
        }
        return hash.value
    }
}
