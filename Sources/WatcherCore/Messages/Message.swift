/// What a message is about; the words are the contract's.
package enum MessageType: String, Sendable, Hashable, Codable, CaseIterable {
    /// A new release was accepted.
    case release
    /// A job waits for a person.
    case approval
    /// Required assets are missing past their deadline.
    case stalled
    /// A job was started.
    case started
    case succeeded
    case failed
    /// Three checks in a row have failed.
    case upstreamFailing
    case upstreamRecovered
    /// Something will break unless somebody acts.
    case attention
    case test
}

/// One thing to tell people, independent of any chat service: what the outbox keeps, once for all notifiers.
///
/// A service's body is a pure function of this value, so that every attempt sends the same bytes.
package struct Message: Sendable, Hashable, Codable {
    /// Stable over retries, restarts and receivers: `m-` and 12 characters of `a-z0-9`, never with a dot.
    package var id: String
    package var type: MessageType
    package var time: Timestamp
    package var upstream: String?
    package var repository: String?
    /// The tag that was the highest before.
    package var previous: String?
    package var releases: [ReleaseSummary]?
    package var job: JobSummary?
    /// For `stalled`: the globs that no complete asset satisfies.
    package var missing: [String]?
    /// Why, in one or a few lines: the error of a failing upstream, what needs attention. From outside: hostile.
    package var detail: String?
    /// Of a mail that some recipients have got: hashes of the addresses of the others. Nil: nobody has got it. Set by the
    /// outbox for each attempt.
    package var remaining: [String]?

    package init(
        id: String, type: MessageType, time: Timestamp, upstream: String? = nil, repository: String? = nil,
        previous: String? = nil, releases: [ReleaseSummary]? = nil, job: JobSummary? = nil, missing: [String]? = nil,
        detail: String? = nil
    ) {
        self.id = id
        self.type = type
        self.time = time
        self.upstream = upstream
        self.repository = repository
        self.previous = previous
        self.releases = releases
        self.job = job
        self.missing = missing
        self.detail = detail
    }
}

/// A release inside a message.
package struct ReleaseSummary: Sendable, Hashable, Codable {
    package var upstream: String
    package var tag: String
    package var version: String
    /// The release's title when it says more than the tag. From outside: hostile.
    package var name: String?
    package var url: String
    package var publishedAt: Timestamp?
    package var prerelease: Bool
    /// Whether it is the highest release of its upstream that is known.
    package var highest: Bool

    package init(
        upstream: String, tag: String, version: String, name: String? = nil, url: String, publishedAt: Timestamp?,
        prerelease: Bool, highest: Bool
    ) {
        self.upstream = upstream
        self.tag = tag
        self.version = version
        self.name = name
        self.url = url
        self.publishedAt = publishedAt
        self.prerelease = prerelease
        self.highest = highest
    }
}

/// A job inside a message.
package struct JobSummary: Sendable, Hashable, Codable {
    package var id: String
    package var action: String
    /// `pending`, `running`, `succeeded` or `failed`.
    package var status: String
    package var attempt: Int
    /// The run's page.
    package var url: String?
    /// Why it failed. From outside: hostile.
    package var reason: String?
    package var platforms: [PlatformDigest]?
    /// The file with the output of a local build, beside the state.
    package var log: String?
    /// Seconds from the start to the end.
    package var seconds: Int64?

    package init(
        id: String, action: String, status: String, attempt: Int, url: String? = nil, reason: String? = nil,
        platforms: [PlatformDigest]? = nil, log: String? = nil, seconds: Int64? = nil
    ) {
        self.id = id
        self.action = action
        self.status = status
        self.attempt = attempt
        self.url = url
        self.reason = reason
        self.platforms = platforms
        self.log = log
        self.seconds = seconds
    }
}

/// One platform of an image that was built.
package struct PlatformDigest: Sendable, Hashable, Codable {
    package var platform: String
    package var digest: String

    package init(platform: String, digest: String) {
        self.platform = platform
        self.digest = digest
    }
}
