package import WatcherCore

/// Reads the releases of one upstream. Nothing is kept between two calls.
package protocol SourceClient: Sendable {
    /// One check: the newest releases, or with `isSweep` all there are, with the repository's identity.
    ///
    /// What comes back with the validator `etag` says whether anything has changed since it was given.
    func check(isSweep: Bool, etag: String?) async -> (CheckOutcome, RateLimitReading?)

    /// Who the repository is now.
    func identify() async -> (Result<RepositoryIdentity, RequestFailure>, RateLimitReading?)
}

/// The clients of all upstreams of a configuration, each with its secrets.
package struct SourceClients: Sendable {
    private let github: GitHubClient
    /// Of the sources that are not read through `github`.
    private let others: [AnySource: any SourceClient]

    package init(github: GitHubClient, others: [AnySource: any SourceClient] = [:]) {
        self.github = github
        self.others = others
    }

    /// Nil for what is no longer configured.
    subscript(_ target: CheckTarget) -> (any SourceClient)? {
        guard let releases = target.source.base as? GitHubReleases else { return others[target.source] }
        return target.apiURL == github.apiURL ? GitHubReleasesClient(github, releases.repository) : nil
    }
}

/// Releases of GitHub.
package struct GitHubReleasesClient: SourceClient {
    private let github: GitHubClient
    private let repository: String

    package init(_ github: GitHubClient, _ repository: String) {
        self.github = github
        self.repository = repository
    }

    package func check(isSweep: Bool, etag: String?) async -> (CheckOutcome, RateLimitReading?) {
        await github.check(repository, isSweep: isSweep, etag: etag)
    }

    package func identify() async -> (Result<RepositoryIdentity, RequestFailure>, RateLimitReading?) {
        await github.identify(repository)
    }
}
