/// Where an upstream's releases are read.
///
/// Commands carry it and events echo it, so that a configuration that is reloaded in between can neither redirect a
/// request nor have its answer taken for another repository's.
package struct CheckTarget: Sendable, Hashable {
    package var upstream: String
    /// The root of the API of `github`.
    package var apiURL: String
    package var source: AnySource

    package init(upstream: String, apiURL: String, source: AnySource) {
        self.upstream = upstream
        self.apiURL = apiURL
        self.source = source
    }

    /// A repository of GitHub, `OWNER/NAME`.
    package init(upstream: String, apiURL: String, repository: String) {
        self.init(upstream: upstream, apiURL: apiURL, source: AnySource(GitHubReleases(repository: repository)))
    }
}

extension Config {
    /// Where an upstream is checked by this configuration; nil when it is not in it.
    package func checkTarget(of upstream: String) -> CheckTarget? {
        upstreams[upstream].map {
            CheckTarget(upstream: upstream, apiURL: github.apiURL, source: $0.source)
        }
    }
}
