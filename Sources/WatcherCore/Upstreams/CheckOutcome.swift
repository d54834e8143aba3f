/// What the server said about our budget, with any answer.
package struct RateLimitReading: Sendable, Equatable {
    package var limit: Int?
    package var remaining: Int?
    /// Seconds until the budget is full again, by the server's own clock.
    package var resetIn: Int64?
    /// The server's clock, from the `Date` header.
    package var date: Timestamp?
    /// Requests that were spent for the command, redirects and pages included.
    package var requests: Int
    /// From `github-authentication-token-expiration`.
    package var tokenExpiresAt: Timestamp?
    /// From `Deprecation` and `Sunset`: what is to be retired, in words.
    package var retirement: String?

    package init(
        limit: Int? = nil, remaining: Int? = nil, resetIn: Int64? = nil, date: Timestamp? = nil, requests: Int = 1,
        tokenExpiresAt: Timestamp? = nil, retirement: String? = nil
    ) {
        self.limit = limit
        self.remaining = remaining
        self.resetIn = resetIn
        self.date = date
        self.requests = requests
        self.tokenExpiresAt = tokenExpiresAt
        self.retirement = retirement
    }
}

/// Who a repository is: the id stays when the name changes.
package struct RepositoryIdentity: Sendable, Equatable {
    package var id: SourceID
    package var fullName: String
    package var isArchived: Bool
    /// Its id in GraphQL, where there is such a thing.
    package var nodeID: String?

    package init(id: SourceID, fullName: String, isArchived: Bool = false, nodeID: String? = nil) {
        self.id = id
        self.fullName = fullName
        self.isArchived = isArchived
        self.nodeID = nodeID
    }
}

/// Why a request led nowhere, folded to what decides what happens next.
package enum RequestFailure: Error, Sendable, Equatable {
    /// May pass by itself: the network, a server error, nonsense in an answer.
    case transient(String)
    /// GitHub asks for a pause: for so many seconds, or without saying how long (nil).
    case rateLimited(seconds: Int64?, String)
    /// Will not pass by itself: a wrong token, no permission, no such thing. In the server's own words, with a hint.
    case permanent(String, hint: String?)
    /// Cancelled in the middle.
    case cancelled

    package var reason: String {
        switch self {
        case .transient(let reason), .rateLimited(_, let reason), .permanent(let reason, _): reason
        case .cancelled: "interrupted"
        }
    }

    package var hint: String? {
        if case .permanent(_, let hint) = self { hint } else { nil }
    }
}

/// What a look at an upstream brought.
package enum CheckOutcome: Sendable, Equatable {
    /// 304: the first page is the same as when its ETag was noted.
    case unchanged
    case list(ReleaseList)
    case failed(RequestFailure)
}

package struct ReleaseList: Sendable, Equatable {
    package var releases: [Release]
    /// Whether there is nothing beyond what was read.
    package var isComplete: Bool
    /// Whether all pages were asked for, not the first only.
    package var isSweep: Bool
    /// Of the first page; nil for a sweep.
    package var etag: String?
    /// Read in the same check, when that was asked for.
    package var identity: RepositoryIdentity?

    package init(
        releases: [Release], isComplete: Bool, isSweep: Bool = false, etag: String? = nil,
        identity: RepositoryIdentity? = nil
    ) {
        self.releases = releases
        self.isComplete = isComplete
        self.isSweep = isSweep
        self.etag = etag
        self.identity = identity
    }
}

/// A workflow run that is ours.
package struct Run: Sendable, Hashable, Codable {
    package var id: Int64
    package var url: String

    package init(id: Int64, url: String) {
        self.id = id
        self.url = url
    }
}

/// What became of a dispatch.
package enum DispatchOutcome: Sendable, Equatable {
    /// Accepted; nil when the server does not name the run (204).
    case accepted(Run?)
    /// Accepted, by a server that cannot say what becomes of it.
    case acceptedForGood
    /// Certainly nothing was started.
    case refused(RequestFailure)
    /// The request went out and no trustworthy answer came back: the run may exist.
    case unknown(String)

    var failure: RequestFailure? { if case .refused(let failure) = self { failure } else { nil } }
}

/// What the search for a run brought.
package enum LookupOutcome: Sendable, Equatable {
    case found(Run)
    /// No run bears the job's id; so many others, without any job's id in their title, were started since.
    case absent(others: Int)
    case failed(RequestFailure)

    var failure: RequestFailure? { if case .failed(let failure) = self { failure } else { nil } }
}

/// What a look at a run brought.
package enum FollowOutcome: Sendable, Equatable {
    /// With the run's title, which should hold the job's id.
    case underway(title: String)
    case ended(Conclusion)
    /// 404: not readable yet, or gone.
    case missing
    case failed(RequestFailure)

    var failure: RequestFailure? { if case .failed(let failure) = self { failure } else { nil } }
}

/// How a run ended.
package struct Conclusion: Sendable, Equatable {
    /// GitHub's word, an open set: only `success` is one.
    package var word: String
    package var title: String
    package var url: String
    /// The names of the jobs that did not succeed, with their conclusions.
    package var failedJobs: [String]

    package init(word: String, title: String = "", url: String, failedJobs: [String] = []) {
        self.word = word
        self.title = title
        self.url = url
        self.failedJobs = failedJobs
    }
}
